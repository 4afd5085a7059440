"""What a person sees: damaged words marked by strength, the restoration, its alternatives."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from unspin.inference.results import Restoration, RestoredEdit, Score
from unspin.model.printable import one_line, printable

_METER = 24
_STRENGTHS = ((0.9, "bold red underline"), (0.7, "red underline"), (0.0, "yellow underline"))
_RESTORED = "bold green"
_LEFT = "yellow underline"


def strength(score: float) -> str:
    """The style of a word of that score."""
    return next(style for least, style in _STRENGTHS if score >= least)


def show_score(console: Console, result: Score, name: str, mode: str) -> None:
    """Print a scored document: a meter, and its text with the damaged words marked."""
    _show(console, [_header(result, name, mode), *_damage(console, result)])


def show_restoration(console: Console, result: Restoration, name: str, mode: str) -> None:
    """Print a restored document: its damage, the restored text, and a table of the edits."""
    parts = [_header(result, name, mode), *_damage(console, result)]
    if result.edits:
        parts += [_rule("restored"), _indent(_restored(result)), _rule("edits"), _table(result)]
    if result.status == "ok" and result.words:
        left = len(_untouched(result))
        parts.append(_indent(Text(_summary(result, left), style="dim")))
    _show(console, parts)


def show_diff(console: Console, result: Restoration, name: str) -> None:
    """Print the changed lines, each with old and new words beside each other."""
    console.print(Text(one_line(name) or "text", style="bold"))
    for number, line in _changed_lines(result):
        console.print(Text(f"@@ line {number} @@", style="cyan"))
        console.print(line)
    if not result.edits:
        console.print(Text("no change", style="dim"))


def show_notes(console: Console, result: Score) -> None:
    """Print the listed phrases that were found, and why words were flagged."""
    if result.notes:
        _show(console, [_rule("notes"), *(_indent(Text(one_line(n))) for n in result.notes)])


def unified_diff(result: Restoration, name: str) -> str:
    """The restoration as a unified diff that `patch` applies; empty without edits."""
    old, new = _lines(result.text), _lines(result.restored)
    name = one_line(name) or "text"
    diff = difflib.unified_diff(old, new, name, f"{name} (restored)")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff
    )


def marked(result: Score) -> str:
    """The text with [brackets] around damaged words, for where there are no colours."""
    parts, position = [], 0
    for word in result.words:
        parts += [result.text[position : word.start], "[", result.text[word.start : word.end], "]"]
        position = word.end
    return "".join(parts) + result.text[position:]


def _show(console: Console, parts: Sequence[RenderableType]) -> None:
    for part in parts:
        if not console.is_terminal and isinstance(part, Padding):
            part = part.renderable  # padded, it would be cut at the width of the console
        console.print(part, soft_wrap=not console.is_terminal)


def _header(result: Score, name: str, mode: str) -> RenderableType:
    verdict, facts = Text(" "), [f"mode {mode}", *([one_line(name)] if name else [])]
    if result.status == "ok":
        style = "red" if result.spun else "green"
        filled = round(result.score * _METER)
        verdict.append("spun " if result.spun else "clean", style=f"bold {style}")
        verdict.append("  ").append("━" * filled, style=style)
        verdict.append("━" * (_METER - filled), style="bright_black")
        verdict.append(f" {result.score:4.0%}", style="bold").append(" likely spun", style="dim")
        facts.insert(0, _counts(result))
    else:
        verdict.append(result.status, style="bold yellow").append(f"  {result.reason}")
    return verdict.append(f"\n {' · '.join(facts)}\n", style="dim")


def _counts(result: Score) -> str:
    spun = sum(s.spun for s in result.sentences)
    sentences = _many(len(result.sentences), "sentence")
    return f"{_many(len(result.words), 'damaged word')} in {spun} of {sentences}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _damage(console: Console, result: Score) -> list[RenderableType]:
    if not console.is_terminal:
        return [Text(printable(marked(result)))]
    text = Text(printable(result.text))
    for word in result.words:
        text.stylize(strength(word.score), word.start, word.end)
    return [_indent(text)]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an edit lies in the restored text."""

    start: int
    end: int
    edit: RestoredEdit


def _places(result: Restoration) -> Iterator[_Place]:
    shift = 0
    for edit in result.edits:
        start = edit.start + shift
        shift += len(edit.replacement) - (edit.end - edit.start)
        yield _Place(start, start + len(edit.replacement), edit)


def _restored(result: Restoration) -> Text:
    text = Text(printable(result.restored))
    places = list(_places(result))
    for place in places:
        text.stylize(_RESTORED, place.start, place.end)
    for start, end in _untouched(result):
        shift = sum(
            len(p.edit.replacement) - (p.edit.end - p.edit.start)
            for p in places
            if p.edit.end <= start
        )
        text.stylize(_LEFT, start + shift, end + shift)
    return text


def _untouched(result: Restoration) -> list[tuple[int, int]]:
    """Damaged words that no edit covers."""
    covered = {i for e in result.edits for i in range(e.start, e.end)}
    return [(w.start, w.end) for w in result.words if w.start not in covered]


def _summary(result: Restoration, left: int) -> str:
    made = _many(len(result.edits), "edit")
    return f"{made}, {_many(left, 'marked word')} left as found" if left else made


def _table(result: Restoration) -> RenderableType:
    """Edits in order of first appearance; the same swap made again is counted, not repeated."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("spun", overflow="fold")
    table.add_column("restored", overflow="fold")
    table.add_column("sure", justify="right")
    table.add_column("times", justify="right")
    table.add_column("or else", overflow="fold", style="dim")
    swaps: dict[tuple[str, str], list[RestoredEdit]] = {}
    for edit in result.edits:
        swaps.setdefault((edit.original.lower(), edit.replacement.lower()), []).append(edit)
    for edits in swaps.values():
        first = edits[0]
        table.add_row(
            Text.assemble((printable(first.original).strip(), strength(first.score))),
            Text.assemble((printable(first.replacement) or "(left out)", _RESTORED)),
            f"{sum(e.confidence for e in edits) / len(edits):.0%}",
            str(len(edits)) if len(edits) > 1 else "",
            Text(_alternatives(first)),
        )
    return _indent(table)


def _alternatives(edit: RestoredEdit) -> str:
    return ", ".join(
        f"{printable(a.text) or '(left out)'} {a.confidence:.0%}" for a in edit.alternatives
    )


def _rule(title: str) -> RenderableType:
    return Group(Text(), Rule(Text(title, style="dim"), align="left", style="bright_black"), Text())


def _indent(item: RenderableType) -> RenderableType:
    return Padding(item, (0, 1, 0, 1))


def _changed_lines(result: Restoration) -> Iterator[tuple[int, Text]]:
    """Number and word diff of each line that holds an edit."""
    starts = [0, *(m.end() for m in re.finditer("\n", result.text)), len(result.text)]
    edits = list(result.edits)
    for number, (start, end) in enumerate(pairwise(starts), 1):
        here = []
        while edits and edits[0].start < end:
            here.append(edits.pop(0))
        if not here:
            continue
        line, position = Text(), start
        for edit in here:
            line.append(printable(result.text[position : edit.start]))
            line.append(printable(edit.original), style="red strike")
            line.append(printable(edit.replacement), style=_RESTORED)
            position = edit.end
        line.append(printable(result.text[position:end].rstrip("\r\n")))
        yield number, line


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)
