"""Any text in, offsets that are right out, and nothing touched that must not be."""

from __future__ import annotations

import json
from importlib.resources import files

from hypothesis import example, given, settings
from invariants import check, texts

from unspin import Model

AGAIN = 0.15
"""Edits of a restored text, as a share of those that restored it: the most that is allowed."""


@given(text=texts)
@example(text="the tariff\x1f\x00f question volition")  # what nobody sees parts no words
@settings(max_examples=150)
def test_whatever_the_text(model: Model, text: str) -> None:
    check(model, text)


@given(left=texts, right=texts)
@settings(max_examples=40)
def test_a_text_says_the_same_beside_any_other(model: Model, left: str, right: str) -> None:
    assert model.restore([left, right])[0] == model.restore(left)


def test_a_restored_text_is_hardly_changed_again(model: Model) -> None:
    lines = files("unspin.training").joinpath("gate_text/spun/families.jsonl").read_text("utf-8")
    spun = [json.loads(line)["spun"] for line in lines.splitlines()]
    first = model.restore(spun)
    again = model.restore([result.restored for result in first])
    edits = sum(len(result.edits) for result in first)
    assert edits > 100
    assert sum(len(result.edits) for result in again) <= AGAIN * edits
