"""The layout of the package: who may import whom, and that nothing is left out of the wheel."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "model": {"unspin.model"},
    "training": {"unspin.training", "unspin.model", "unspin"},
    "inference": {"unspin.inference", "unspin.model"},
}

# An adapter is imported by those who have its library, and nothing else imports that library.
ADAPTERS = {
    "bench/peers/t5_ctranslate2.py": {"torch", "transformers"},
    "bench/peers/torch_fp32.py": {"torch", "transformers"},
    "adapters/datatrove_step.py": {"datatrove"},
    "adapters/sklearn_detector.py": {"sklearn"},
    "adapters/spacy_component.py": {"spacy"},
}


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name for name in found if name.split(".")[0] == "unspin"}


@pytest.mark.parametrize("folder", sorted(ALLOWED))
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    files = [f for f in (ROOT / folder).rglob("*.py") if f.parent.name != "unspin"]
    assert files
    for file in files:
        for name in imports(file):
            home = ".".join(name.split(".")[:2])
            assert home in ALLOWED[folder], f"{file.relative_to(ROOT)} imports {name}"


def test_inference_needs_no_training_library() -> None:
    heavy = {
        "torch",
        "transformers",
        "datasets",
        "sklearn",
        "spacy",
        "rapidfuzz",
        "pyarrow",
        "ray",
        "datatrove",
    }
    for file in (ROOT / "inference").rglob("*.py"):
        mine = ADAPTERS.get(file.relative_to(ROOT / "inference").as_posix(), set())
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            assert not {n.split(".")[0] for n in names} & heavy - mine, file


def test_every_package_folder_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    listed = set(settings["packages"])
    for folder in ALLOWED:
        for init in (ROOT / folder).rglob("__init__.py"):
            if init.parent == ROOT / "inference" / "unspin":
                continue
            name = ".".join(["unspin", *init.parent.relative_to(ROOT).parts])
            assert name in listed, f"add {name} to packages in pyproject.toml"


def test_files_stay_short() -> None:
    for folder in (*ALLOWED, "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            lines = len(file.read_text(encoding="utf-8").splitlines())
            assert lines <= 400, f"{file.relative_to(ROOT)} has {lines} lines"
