"""Every notebook runs from beginning to end, and what is kept of it is fit to be read."""

from __future__ import annotations

import ast
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = ("1_tour", "2_spinners", "3_figures", "4_finetune")


def _execute_module() -> ModuleType:
    spec = spec_from_file_location("execute_notebooks", FOLDER / "execute.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


execute = _execute_module()


def test_all_notebooks_are_named_here() -> None:
    assert [path.stem for path in execute.notebooks()] == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_without_an_error_a_warning_or_a_path(name: str) -> None:
    notebook = execute.executed(FOLDER / f"{name}.ipynb")  # raises where a cell does
    assert list(execute.faults(notebook)) == []
    plots = [o for c in notebook.cells for o in c.get("outputs", ()) if "image/png" in o.data]
    assert len(plots) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_has_outputs_and_tells_nothing_of_a_machine(name: str) -> None:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    assert list(execute.faults(notebook)) == []
    assert any(cell.get("outputs") for cell in notebook.cells)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not any("execution" in cell.metadata for cell in notebook.cells)


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_is_introduced_and_its_axes_have_titles(name: str) -> None:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if not any("image/png" in o.get("data", {}) for o in cell.get("outputs", ())):
            continue
        assert before.cell_type == "markdown" and len(before.source.split()) > 10
        named = {
            word.arg or getattr(word.value, "id", None)
            for call in ast.walk(ast.parse(cell.source))
            if isinstance(call, ast.Call)
            for word in call.keywords
        }
        if "subplots" in cell.source:
            assert named & {"xlabel"} or "set_xlabel" in cell.source
            assert named & {"ylabel"} or "set_ylabel" in cell.source or "set_yticks" in cell.source


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        ({"output_type": "stream", "name": "stderr", "text": "a warning"}, "a warning"),
        ({"output_type": "stream", "name": "stdout", "text": "see /home/ann/x"}, "names a path"),
        ({"output_type": "error", "ename": "E", "evalue": "bad", "traceback": []}, "bad"),
        ({"output_type": "stream", "name": "stdout", "text": "and/or 1/2, https://a.b/c"}, None),
    ],
)
def test_faults_are_found(output: dict[str, object], fault: str | None) -> None:
    v4 = nbformat.v4
    notebook = v4.new_notebook(cells=[v4.new_code_cell("x", outputs=[nbformat.from_dict(output)])])
    found = list(execute.faults(notebook))
    assert (len(found) == 1 and fault in found[0]) if fault else not found
