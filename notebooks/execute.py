"""Execute the notebooks in place: `python notebooks/execute.py [1_tour.ipynb ...]`.

What belongs to one machine or one moment stays out of the files: timings, versions, paths.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
MINUTES = 10
"""How long one cell may take: a busy machine is no failure."""

_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|tmp|var|usr|opt|work|mnt|srv|private|Users)/\w")


def notebooks() -> list[Path]:
    return sorted(FOLDER.glob("*.ipynb"))


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with new outputs. Raises `nbclient.exceptions.CellExecutionError`."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=60 * MINUTES,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def faults(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """What no output may hold: errors, warnings, anything on stderr, a path of this machine."""
    machine = {str(FOLDER.resolve().parent), str(Path.home()), tempfile.gettempdir(), sys.prefix}
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            shown = output.get("text", "") + "".join(
                str(value) for kind, value in output.get("data", {}).items() if "image" not in kind
            )
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"cell {number}: {output.get('evalue') or shown}"
            if _PATH.search(shown) or any(path in shown for path in machine if len(path) > 4):
                yield f"cell {number} names a path: {shown[:200]}"


def main(names: list[str]) -> int:
    """Execute all notebooks, or those named; one with a fault is not written."""
    sound = True
    for path in [FOLDER / Path(name).name for name in names] or notebooks():
        notebook = executed(path)
        found = list(faults(notebook))
        for fault in found:
            print(f"{path.name}: {fault}", file=sys.stderr)
        if not found:
            nbformat.write(notebook, path)
            print(f"{path.name}: executed")
        sound = sound and not found
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
