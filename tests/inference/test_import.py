"""What an import brings in, seen from a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

import unspin


def modules_after(code: str) -> set[str]:
    listing = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in listing.stdout.split()}


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = modules_after("import unspin")
    assert not loaded & {"numpy", "onnxruntime", "tokenizers", "rich", "click", "torch"}


@pytest.mark.parametrize(
    "code",
    [
        "from unspin import *",
        "import unspin.inference.cli",
        "from unspin import load; load().restore('The travel comes arsenic Mexico has worked.')",
    ],
)
def test_inference_needs_no_training_library(code: str) -> None:
    loaded = modules_after(code)
    assert not loaded & {"torch", "transformers", "sklearn", "datasets", "rapidfuzz", "safetensors"}


def test_the_command_line_loads_the_engine_only_to_read() -> None:
    loaded = modules_after("import unspin.inference.cli")
    assert not loaded & {"numpy", "onnxruntime", "tokenizers", "rich"}


def test_public_names_are_there() -> None:
    for name in unspin.__all__:
        assert getattr(unspin, name) is not None
        assert name in dir(unspin)
    with pytest.raises(AttributeError, match="nothing"):
        unspin.nothing  # noqa: B018
