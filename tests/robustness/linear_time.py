"""Does ten times the text take at most twelve times as long?

`python tests/robustness/linear_time.py` tells.

For the text core, the readers of rows and of pages, the model, the command and the service; the
best of a few turns, without Python's garbage collector, the cost of which depends on all else that
is in memory.
"""

from __future__ import annotations

import gc
import io
import json
import sys
from collections.abc import Callable
from time import perf_counter

from click.testing import CliRunner
from test_interfaces import ask, serving

from unspin import Model, load
from unspin.inference import api
from unspin.inference.batch.html import page_text
from unspin.inference.cli import cli
from unspin.inference.decoding import json_object
from unspin.inference.documents import open_source
from unspin.model.normalise import view
from unspin.model.sentences import sentences
from unspin.model.words import words

MOST = 12.0
TURNS = 5
READ = ("score", "restore", "command", "service")
"""What the model has to read for."""

UNITS = {
    "prose": "Officials volition sermon the tariff connected Friday, arsenic Mr. Smith said. ",
    "one word": "a",
    "dots": ". ",
    "combining marks": "e\u0301\u0302",
    "bidi controls": "\u202ea\u2066",
    "brackets": "({[",
    "quotes": "\"'“",
    "at signs": "a@a.",
    "slashes": "/a",
    "tags": "<b>",
    "open tags": "<",
    "entities": "&amp;&#65;",
    "code marks": "`a\n```\n<!--<script {{",
    "commands": "\\cite{a_b[",
    "ideographs": "漢",
}


def ratio(task: Callable[[str], object], unit: str, size: int) -> float:
    """Time for a text of `size` characters over that for a tenth of it."""
    long = (unit * (size // len(unit) + 1))[:size]
    best = []
    for text in (long[: size // 10], long):
        taken = []
        for _ in range(TURNS):
            began = perf_counter()
            task(text)
            taken.append(perf_counter() - began)
            gc.collect()
        best.append(min(taken))
    return best[1] / max(best[0], 1e-6)


def same_look(model: Model, unit: str, size: int) -> bool:
    """Whether the long text and its tenth are both plainly sound at the first look, or neither."""
    long = (unit * (size // len(unit) + 1))[:size]
    first, second = model.looks([long[: size // 10], long])
    return first.plain == second.plain


def row(text: str) -> object:
    return json_object(b'{"text": "%s"}' % text.encode().hex().encode())


def command(text: str) -> None:
    options = ["restore", "--input-format", "text", "--format", "json", "-"]
    found = CliRunner().invoke(cli, options, input=text.encode())
    assert found.exit_code == 0, found.output


def main() -> int:
    with serving() as port:
        return measure(port)


def measure(port: int) -> int:
    model = load()
    api.load = lambda *arguments, **options: model  # that it is loaded once is no part of this
    gc.disable()

    def service(text: str) -> None:
        status, answer = ask(port, "/restore", json.dumps({"text": text}).encode())
        assert status == 200, answer

    tasks: dict[str, tuple[Callable[[str], object], int]] = {
        "view": (view, 1_000_000),
        "words": (words, 1_000_000),
        "sentences": (sentences, 1_000_000),
        "pages": (page_text, 100_000),
        "rows": (row, 200_000),
        "files": (lambda text: list(open_source("-", io.BytesIO(text.encode())).rows()), 100_000),
        "score": (model.score, 20_000),
        "restore": (model.restore, 40_000),
        "command": (command, 40_000),
        "service": (service, 40_000),
    }
    worst = 0.0
    for name, (task, size) in tasks.items():
        found = {unit: ratio(task, UNITS[unit], size) for unit in UNITS}
        if name in READ:  # a third of the work where a text ends at the first look
            found = {unit: r for unit, r in found.items() if same_look(model, UNITS[unit], size)}
        unit = max(found, key=lambda key: found[key])
        worst = max(worst, found[unit])
        print(f"{name:10} {size:>9,} characters: at most {found[unit]:.1f} times ({unit})")
    print(f"{'all':10} at most {worst:.1f} times; {MOST:.0f} are allowed")
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
