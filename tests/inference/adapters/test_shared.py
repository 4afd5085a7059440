"""What the adapters have in common: a missing library is named, with the extra that brings it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("library", "code", "extra"),
    [
        ("sklearn", "from unspin import SpinDetector", "unspin[sklearn]"),
        ("datatrove", "from unspin import UnspinStep", "unspin[datatrove]"),
        ("spacy", "import unspin.inference.adapters.spacy_component", "unspin[spacy]"),
    ],
)
def test_a_missing_library_is_named(library: str, code: str, extra: str) -> None:
    blocked = f"import sys; sys.modules[{library!r}] = None\n{code}"
    run = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True)
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("unspin.model.errors.UnspinError: ") and f"'{extra}'" in last
