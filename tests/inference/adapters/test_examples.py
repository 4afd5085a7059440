"""The example in each adapter's docstring runs as it is printed."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from textwrap import dedent
from typing import Any

import pytest

CODE = re.compile(r"\n\n((?:    .*\n|\n)+)")


def example(module: str) -> tuple[dict[str, Any], Any]:
    """The names that a module's example leaves, and the value of its last line if it is one."""
    found = CODE.search(inspect.getdoc(import_module(module)) or "")
    assert found
    *lines, last = ast.parse(dedent(found[1])).body
    names: dict[str, Any] = {}
    exec(compile(ast.Module(lines, []), module, "exec"), names)
    if isinstance(last, ast.Expr):
        return names, eval(compile(ast.Expression(last.value), module, "eval"), names)
    exec(compile(ast.Module([last], []), module, "exec"), names)
    return names, None


def test_the_classifier() -> None:
    _, value = example("unspin.inference.adapters.sklearn_detector")
    assert value.tolist() == ["spun"]


def test_the_data_set() -> None:
    _, value = example("unspin.inference.adapters.datasets_map")
    assert "comes as Mexico" in value


def test_the_component(capsys: pytest.CaptureFixture[str]) -> None:
    names, _ = example("unspin.inference.adapters.spacy_component")
    assert "comes as Mexico" in names["doc"]._.unspin_restored
    assert "arsenic -> as " in capsys.readouterr().out


def test_the_step() -> None:
    _, value = example("unspin.inference.adapters.datatrove_step")
    assert "comes as Mexico" in value[0] and value[1] == "restored"
