"""Train or fine-tune the network on labelled rows, within a budget of minutes."""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import torch
from torch.optim.lr_scheduler import LambdaLR
from transformers import (
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_callback import ExportableState
from transformers.trainer_pt_utils import LengthGroupedSampler
from transformers.trainer_utils import get_last_checkpoint

from unspin.model.checkpoint import load_checkpoint, save_checkpoint
from unspin.model.encode import Encoder
from unspin.model.errors import UnspinError
from unspin.model.network import UnspinModel
from unspin.model.settings import SHIPPED
from unspin.training.corpora import Corpora
from unspin.training.features import Features, collate
from unspin.training.folders import claim
from unspin.training.mixed_precision import MasterAdamW, has_bf16
from unspin.training.pairs import sample
from unspin.training.recipe import load_recipe
from unspin.training.spinners import Resources
from unspin.training.stream import Stream, loader

ENDLESS = 10**9
"""Steps of a run on a stream, which its minutes end."""

HELD_OUT = 512
"""Rows of a stream to measure on."""

RUN_FILE = "run.json"
"""What a run was asked for, by which its folder is known."""

RUN_KEYS = ("pairs", "output", "base", "part", "minutes", "epochs", "holdout", "seed", "rows")
"""In the `RUN_FILE` of every version."""

Part = Literal["both", "detector", "restorer"]


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """One run. `minutes` bounds the wall-clock time of the optimisation, resumed time included.

    It trains on the rows of `pairs`, `epochs` times, in batches of `batch_size` windows; or, if
    `corpora` of clean text are given, on pairs that `workers` processes make of them meanwhile by
    `recipe` with `resources`, in batches of `batch_pieces`.

    `base` is what to start from, by default the shipped weights; a base model may get another
    number of `decoder_layers`. The learning rate is the
    encoder's: by default 3e-4 for a base model, whose new layers get `new_layers_factor` times
    as much, and 5e-5 for unspin's own weights, all layers alike. It rises over the first 3 % of
    the budget and falls linearly to zero at its end, whichever of `minutes` and `epochs` ends it.
    """

    pairs: tuple[Path, ...]
    output: Path
    corpora: tuple[Path, ...] = ()
    recipe: Path | None = None
    resources: Resources = field(default_factory=Resources)
    workers: int = 2
    base: str | None = None
    decoder_layers: int | None = None
    part: Part = "both"
    minutes: float = 90.0
    epochs: float = 1.0
    batch_size: int = 48
    batch_pieces: int = 4096
    learning_rate: float | None = None
    new_layers_factor: float = 3.0
    holdout: float = 0.005
    seed: int = 1
    checkpoint_minutes: float = 8.0
    tensorboard: bool = False
    resume: bool = False


def run(options: TrainOptions) -> Path:
    """Train and write the finished checkpoint; returns its folder.

    Beside it lie `checkpoints/` (for `resume`), `metrics.jsonl` and `run.json`. Raises
    `UnspinError` for rows or models that cannot be used, and a folder of other things.
    """
    set_seed(options.seed)
    claim(options.output, RUN_FILE, RUN_KEYS, "run")
    checkpoints = options.output / "checkpoints"
    last = _last(checkpoints)
    if options.resume and last is None:
        raise UnspinError(f"nothing to resume in {checkpoints}: run once without --resume")
    if last is not None and not options.resume:
        raise UnspinError(f"{checkpoints} holds a run: add --resume, or name another --output")
    model, encoder, trained = load_checkpoint(options.base or str(SHIPPED), options.decoder_layers)
    torch.nn.Module.to(model, "cuda" if torch.cuda.is_available() else "cpu")
    if trained:
        options = replace(
            options, learning_rate=options.learning_rate or 5e-5, new_layers_factor=1.0
        )
    freeze(model, options.part)
    frozen = {name: p.clone() for name, p in model.named_parameters() if not p.requires_grad}
    options.output.mkdir(parents=True, exist_ok=True)
    _tell(options, None)  # before anything else: by this a run that fails is known for one
    if options.corpora:
        data = _streamed(options, encoder, model, _steps(last))
    else:
        data = _rows(options, encoder, model)
    metrics = options.output / "metrics.jsonl"
    if not options.resume:
        metrics.unlink(missing_ok=True)
    clock = Clock(options.minutes, options.checkpoint_minutes)
    optimizer, schedule = optimizers(model, options, clock, data.steps)
    if has_bf16():
        torch.nn.Module.to(model, torch.bfloat16)
    trainer = _Trainer(
        model=model,
        args=_arguments(options, checkpoints, data.steps),
        train_dataset=data.train,
        eval_dataset=data.held_out,
        data_collator=partial(_collate, pad_id=encoder.pad_id, part=options.part),
        callbacks=[clock, MetricsFile(metrics)],
        optimizers=(optimizer, schedule),
    )
    trainer.workers = options.workers
    _tell(options, data.rows)
    trainer.train(resume_from_checkpoint=last)
    optimizer.restore_precision(model)
    model.load_state_dict(frozen, strict=False)  # bf16 has rounded what was not trained, too
    save_checkpoint(model, encoder, options.output)
    return options.output


def _tell(options: TrainOptions, rows: int | None) -> None:
    told = asdict(options) | {"rows": rows}
    (options.output / RUN_FILE).write_text(json.dumps(told, indent=1, default=str) + "\n")


@dataclass(frozen=True, slots=True)
class _Data:
    """What is trained and measured on: rows or a stream of batches, rows, and how many steps."""

    train: Any
    held_out: Any
    steps: int
    rows: int | None


def _rows(options: TrainOptions, encoder: Encoder, model: UnspinModel) -> _Data:
    from unspin.training.rows import features_dataset, too_few

    data = features_dataset(
        options.pairs,
        options.output,
        encoder,
        model.config.max_pieces,
        options.seed,
        options.resume,
    )
    if options.part == "restorer":  # a batch without spans would teach it nothing
        data = data.filter(bool, input_columns="span_first")
    rows = data["row"][:]
    names = sorted(set(rows))
    if len(names) < 2:
        raise too_few(options.pairs)
    apart = min(max(8, int(len(names) * options.holdout)), len(names) // 2)
    held_out = set(random.Random(options.seed).sample(names, apart))
    train = data.select([i for i, row in enumerate(rows) if row not in held_out])
    test = data.select([i for i, row in enumerate(rows) if row in held_out])
    steps = math.ceil(math.ceil(len(train) / options.batch_size) * options.epochs)
    return _Data(train, test, steps, len(data))


def _streamed(options: TrainOptions, encoder: Encoder, model: UnspinModel, steps: int = 0) -> _Data:
    corpora = Corpora(options.corpora)
    stream = Stream(
        sample(corpora, options.seed),
        load_recipe(options.recipe),
        options.resources,
        encoder.tokenizer.to_str(),
        model.config.max_pieces,
        partial(_collate, pad_id=encoder.pad_id, part=options.part),
        options.batch_pieces,
        options.seed,
        steps=steps,
    )
    if corpora.skipped.count:
        print(corpora.skipped, file=sys.stderr)
    held_out = list(islice(stream.features(0), HELD_OUT))
    return _Data(stream, held_out, ENDLESS, None)


def _last(checkpoints: Path) -> str | None:
    found: str | None = None
    if checkpoints.is_dir():
        found = get_last_checkpoint(str(checkpoints))  # type: ignore[no-untyped-call]
    return found


def _steps(checkpoint: str | None) -> int:
    """The steps after which a checkpoint was made, as its name tells."""
    return int(checkpoint.rpartition("-")[2]) if checkpoint else 0


class _Trainer(Trainer):
    workers = 0

    def get_train_dataloader(self) -> Any:
        if isinstance(self.train_dataset, Stream):
            return loader(self.train_dataset, self.workers)
        return super().get_train_dataloader()

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGroupedSampler:
        # The stock sampler looks every length up in the data set, a minute's work; a list is not.
        data: Any = self.train_dataset if train_dataset is None else train_dataset
        size = self.args.per_device_train_batch_size
        generator = torch.Generator().manual_seed(self.args.seed)
        return LengthGroupedSampler(size, lengths=data["length"][:], generator=generator)


def _arguments(options: TrainOptions, checkpoints: Path, steps: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(checkpoints),
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=options.batch_size,
        num_train_epochs=options.epochs,
        max_steps=steps if options.corpora else -1,
        ignore_data_skip=bool(options.corpora),
        use_cpu=not torch.cuda.is_available(),
        max_grad_norm=1.0,
        remove_unused_columns=False,
        prediction_loss_only=True,
        logging_steps=max(1, min(25, steps // 10)),
        logging_nan_inf_filter=False,
        save_strategy="no",  # the clock saves
        eval_strategy="no",
        save_total_limit=2,
        report_to=["tensorboard"] if options.tensorboard else [],
        seed=options.seed,
        dataloader_pin_memory=False,
    )


def freeze(model: UnspinModel, part: Part) -> None:
    """Leave only the parameters of `part` to train."""
    restorer = ("decoder.", "output_bias")
    for name, parameter in model.named_parameters():
        own = name.startswith(restorer)
        parameter.requires_grad = part == "both" or own == (part == "restorer")


def optimizers(
    model: UnspinModel, options: TrainOptions, clock: Clock, steps: int
) -> tuple[MasterAdamW, LambdaLR]:
    """AdamW with two learning rates and a schedule that follows the clock, or the steps."""
    rate = options.learning_rate or 3e-4
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decays = parameter.ndim > 1 and "embedding" not in name
            groups.setdefault((not name.startswith("encoder."), decays), []).append(parameter)
    optimizer = MasterAdamW(
        [
            {
                "params": parameters,
                "lr": rate * (options.new_layers_factor if new else 1.0),
                "weight_decay": 0.01 if decays else 0.0,
            }
            for (new, decays), parameters in groups.items()
        ],
        betas=(0.9, 0.98),
        fused=True,
    )

    def factor(step: int) -> float:
        progress = max(clock.progress(), step / steps)
        return min(progress / 0.03, 1.0 - progress, 1.0) if progress < 1 else 0.0

    return optimizer, LambdaLR(optimizer, factor)


class Clock(TrainerCallback, ExportableState):
    """Ends the run when its minutes are used up, and saves and evaluates every few minutes."""

    def __init__(self, minutes: float, checkpoint_minutes: float, used: float = 0.0) -> None:
        self.minutes = minutes
        self.checkpoint_minutes = checkpoint_minutes
        self.used = used  # seconds of earlier, interrupted runs
        self._started: float | None = None
        self._saved = 0.0

    def elapsed(self) -> float:
        """Seconds trained so far, earlier runs included."""
        now = time.monotonic() - self._started if self._started is not None else 0.0
        return self.used + now

    def progress(self) -> float:
        """Share of the budget used up."""
        return self.elapsed() / (60 * self.minutes)

    def state(self) -> dict[str, Any]:
        return {"args": {"used": self.elapsed()}, "attributes": {}}

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        states: Any = state.stateful_callbacks or {}
        saved = states.get(type(self).__name__)
        if isinstance(saved, dict) and self._started is None:
            self.used = max(self.used, float(saved.get("args", {}).get("used", 0.0)))
        self._started = time.monotonic()
        self._saved = self._started

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        over = self.progress() >= 1 or state.global_step >= state.max_steps
        if over or time.monotonic() - self._saved > 60 * self.checkpoint_minutes:
            states: Any = state.stateful_callbacks
            states[type(self).__name__] = self.state()
            control.should_save = control.should_evaluate = True
            self._saved = time.monotonic()
        control.should_training_stop = control.should_training_stop or over
        return control


class MetricsFile(TrainerCallback):
    """Appends every logged figure to a JSON Lines file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float] | None = None,
        **_: Any,
    ) -> None:
        with self.path.open("a") as out:
            out.write(json.dumps({"step": state.global_step, **(logs or {})}) + "\n")


def _collate(rows: Sequence[Features], pad_id: int, part: Part) -> dict[str, torch.Tensor]:
    if part == "detector":
        rows = [row | {"span_first": [], "span_last": [], "targets": []} for row in rows]
    return collate(rows, pad_id)
