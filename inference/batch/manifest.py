"""What a batch is: its options, inputs and model, kept so that only the same one goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from unspin.inference.batch.durable import write
from unspin.inference.batch.inputs import Input
from unspin.inference.batch.job import Job
from unspin.inference.batch.output import KEYS, Output
from unspin.model.errors import UnspinError
from unspin.model.settings import FILE, SHIPPED, Settings, file_hash

FORMAT = 1
LISTS = ("protect", "dictionary")


def manifest_of(job: Job, inputs: Sequence[Input], model: Path | None) -> dict[str, Any]:
    """The manifest of a batch that is to begin.

    Raises `UnspinError` if there is no model. The settings of a model hold the hashes of its
    other files.
    """
    folder = model or SHIPPED
    return {
        "format": FORMAT,
        "unspin": version("unspin"),
        "model": {"version": Settings.load(folder).version, "settings": file_hash(folder / FILE)},
        "options": asdict(job),
        "inputs": {
            "count": len(inputs),
            "bytes": sum(input.size for input in inputs),
            "digest": _digest(_lines(inputs)),
        },
        "finished": False,
    }


def begin(output: Output, manifest: Mapping[str, Any], inputs: Sequence[Input]) -> None:
    """Keep what is begun. Raises OSError."""
    lines = "".join(f"{line}\n" for line in _lines(inputs))
    write(output.inputs, lines.encode(), output.drafts / "inputs")
    save(output, manifest)


def save(output: Output, manifest: Mapping[str, Any]) -> None:
    """Replace the manifest at once. Raises OSError."""
    data = json.dumps(manifest, indent=1) + "\n"
    write(output.manifest, data.encode(), output.drafts / "manifest")


def check(output: Output, manifest: Mapping[str, Any], inputs: Sequence[Input]) -> None:
    """Raise `UnspinError` unless the batch that was begun in `output` is this one."""
    begun = load(output)
    if difference := _difference(begun, manifest) or _changed_input(output, begun, inputs):
        raise UnspinError(
            f"{output.folder} holds a batch begun with {difference}: "
            "give the same, name another folder, or begin anew with --overwrite"
        )


def load(output: Output) -> dict[str, Any]:
    """The manifest in `output`; raises `UnspinError` if it is damaged."""
    try:
        manifest: dict[str, Any] = json.loads(output.manifest.read_bytes())
        if manifest["format"] != FORMAT or not manifest.keys() >= KEYS:
            raise ValueError
        return manifest
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnspinError(f"{output.manifest} is damaged: begin anew with --overwrite") from None


def _difference(begun: Mapping[str, Any], manifest: Mapping[str, Any]) -> str | None:
    """What was another when the batch was begun, for a person."""
    before, now = _flat(begun["options"]), _flat(manifest["options"])
    for name, value in now.items():
        if before.get(name) != value:
            option = f"--{name.replace('_', '-')}"
            if name in LISTS:  # known by their hashes
                return f"another list for {option}"
            return f"{option} {before.get(name)}, not {value}"
    if begun["model"] != manifest["model"]:
        return f"another model ({begun['model']['version']})"
    if begun["unspin"] != manifest["unspin"]:
        return f"unspin {begun['unspin']}, not {manifest['unspin']}"
    return None


def _flat(options: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in options.items():
        flat |= value if isinstance(value, dict) else {name: value}
    return flat


def _changed_input(output: Output, begun: Mapping[str, Any], inputs: Sequence[Input]) -> str | None:
    """The first input that is not what it was when the batch was begun, for a person."""
    lines = list(_lines(inputs))
    if begun["inputs"]["digest"] == _digest(lines):
        return None
    if not output.inputs.is_file():
        return "other inputs"
    before = {json.loads(line)[0]: line for line in output.inputs.read_text("utf-8").splitlines()}
    for line in lines:
        name = json.loads(line)[0]
        if name not in before:
            return f"other inputs, without {name}"
        if before[name] != line:
            return f"another {name}, which has changed since"
    return f"{len(before):,} inputs, not {len(lines):,}"


def _lines(inputs: Sequence[Input]) -> Iterator[str]:
    """What tells one input from another: its name, kind, size and time of change."""
    for input in inputs:
        yield json.dumps([input.name, input.kind, input.size, input.changed])


def _digest(lines: Iterable[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()
