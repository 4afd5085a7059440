"""The command `unspin export`."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import click


@click.command()
@click.argument(
    "checkpoints",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="CHECKPOINT…",
)
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Model folder to write: a new or empty one, or an earlier export.",
)
@click.option(
    "--settings-from",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A model folder whose calibration and thresholds to keep. [default: CHECKPOINT's, "
    "if it has any, else the shipped ones]",
)
@click.option(
    "--check",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Text files on which to compare the int8 engine with the fp32 network; may be repeated.",
)
def export(
    checkpoints: tuple[Path, ...], output: Path, settings_from: Path | None, check: tuple[Path, ...]
) -> None:
    """Turn a trained CHECKPOINT into a model folder that the engine runs (ONNX, int8).

    Of several checkpoints of one network the weights are averaged.

    The thresholds of another network do not fit a new one well: run `unspin calibrate` on the
    folder next, if you have labelled data that was not trained on.
    """
    from dataclasses import replace

    from unspin.model.checkpoint import save_checkpoint
    from unspin.model.settings import FILE, SHIPPED, Settings
    from unspin.training.average import load_averaged
    from unspin.training.export import export as write
    from unspin.training.folders import claim
    from unspin.training.parity import parity
    from unspin.training.readers import plain_text

    claim(output, FILE, ("format", "base_model", "modes"), "exported model")
    texts = [plain_text(path) for path in check]
    checkpoint = checkpoints[0]
    source = settings_from or (checkpoint if (checkpoint / FILE).is_file() else SHIPPED)
    kept = Settings.load(source) if settings_from or (source / FILE).is_file() else None
    model, encoder = load_averaged(checkpoints)
    save_checkpoint(model, encoder, output)
    write(model, output)
    settings = Settings(
        version=version("unspin"),
        base_model=model.config.base_model,
        max_pieces=model.config.max_pieces,
        cls_id=encoder.cls_id,
        sep_id=encoder.sep_id,
        pad_id=encoder.pad_id,
    )
    if kept:
        settings = replace(
            settings,
            version=kept.version if checkpoints == (source,) else settings.version,
            calibration=kept.calibration,
            look=kept.look,
            modes=kept.modes,
        )
    settings.save(output)
    click.echo(f"wrote {output}\nnext: unspin calibrate {output} DATA", err=True)
    if texts:
        found = parity(model, output, texts, "balanced")
        click.echo(
            f"torch and fp32 graph differ by {found.torch_difference:.1e} at most, fp32 and int8 "
            f"by {found.int8_difference:.3f} in the mean (word logits); "
            f"edits: {found.fp32_edits} fp32, {found.int8_edits} int8, {found.shared_edits} "
            f"shared ({found.agreement:.1%})"
        )
