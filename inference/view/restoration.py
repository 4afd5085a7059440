"""Restorations as one web page: the damage, the restored text beside it, the alternatives.

The page needs no script: the alternatives of an edit appear when it is pointed at, tapped or
reached with the keyboard, and a damaged word links to what it became.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from unspin.inference.results import Explanation, Finding, Restoration, RestoredEdit
from unspin.inference.view import markup
from unspin.inference.view.markup import FOLDER, LEFT_OUT, Mark, bar, count, escape
from unspin.model.words import words

STYLES = tuple(FOLDER / name for name in ("highlight.css", "page.css", "restoration.css"))

MOST_ROWS = 1000
"""Most paragraphs lined up with each other; the text of a longer document is one."""

_LEGEND = """<p class="note legend">Damaged:
<span class="damage" data-strength="1">maybe</span>
<span class="damage" data-strength="2">likely</span>
<span class="damage" data-strength="3">very likely</span>
<span class="damage" data-strength="4">surely</span>.
<span class="edit">Restored</span>: point at it, tap it or tab to it for its alternatives.
<span class="kept">Damaged</span>, but left as found.</p>"""


def restoration_page(documents: Iterable[tuple[str, Restoration]], mode: str) -> str:
    """A self-contained page of named restorations, in order."""
    named = [(name or "Restoration", result) for name, result in documents]
    alone = len(named) == 1
    rows = [paragraphs(result) for _, result in named]
    articles = [
        _article(f"d{i}", name, result, spans, mode, 1 if alone else 2)
        for i, ((name, result), spans) in enumerate(zip(named, rows, strict=True), 1)
    ]
    title = named[0][0] if alone else count(len(named), "restoration")
    head = "" if alone else _contents(title, named)
    rules = "\n".join(f"#d{i} {{ --rows: {len(spans)}; }}" for i, spans in enumerate(rows, 1))
    return markup.page(f"{title} · unspin", "\n".join([head, *articles]), STYLES, rules)


def paragraphs(result: Restoration) -> list[tuple[int, int]]:
    """Where the paragraphs of the text lie: between blank lines or, if it has none, lines.

    None begins or ends within an edit.
    """
    text = result.text
    breaks = [m.span() for m in re.finditer(r"\n(?:[^\S\n]*\n)+", text)]
    breaks = breaks or [m.span() for m in re.finditer(r"\n", text)]
    starts = [e.start for e in result.edits]
    spans, position = [], 0
    for start, end in breaks:
        start -= text[start - 1 : start] == "\r"
        before = bisect_right(starts, end - 1) - 1
        if before >= 0 and result.edits[before].end > start:
            continue
        spans.append((position, start))
        position = end
    spans = [s for s in [*spans, (position, len(text))] if text[slice(*s)].strip()]
    return spans if 0 < len(spans) <= MOST_ROWS else [(0, len(text))]


def _contents(title: str, named: Sequence[tuple[str, Restoration]]) -> str:
    items = (
        f'<li><a href="#d{i}"><bdi>{escape(name)}</bdi></a> '
        f'<span class="note">{_brief(result)}</span></li>'
        for i, (name, result) in enumerate(named, 1)
    )
    return f"<h1>{escape(title)}</h1>\n<nav><ol>{''.join(items)}</ol></nav>"


def _brief(result: Restoration) -> str:
    if result.status != "ok":
        return escape(f"{result.status}: {result.reason}")
    return f"{result.score:.0%} likely spun, {count(len(result.edits), 'edit')}"


def _article(
    id: str,
    name: str,
    result: Restoration,
    rows: Sequence[tuple[int, int]],
    mode: str,
    level: int,
) -> str:
    found, restored = _marks(id, result)
    values = {
        "id": id,
        "top": level,
        "below": level + 1,
        "name": f"<bdi>{escape(name)}</bdi>",
        "verdict": _verdict(result, mode) + (_LEGEND if result.words and id == "d1" else ""),
        "found": "\n".join(_rows(result.text, found, rows)),
        "restored": "\n".join(_rows(result.text, restored, rows)),
        "edits": _table(result.edits, level + 1),
        "notes": _notes("Listed phrases", result.findings, level + 1)
        + _notes("Why words were flagged", result.explanations, level + 1),
    }
    return markup.fill(FOLDER / "restoration.html", values)


def _verdict(result: Restoration, mode: str) -> str:
    if result.status != "ok":
        reason = escape(result.reason or "")
        return f'<p class="verdict"><strong>{result.status}</strong> {reason}</p>'
    total, damaged = len(words(result.text)), len(result.words)
    kind, verdict = ("spun", "Spun") if result.spun else ("clean", "Clean")
    share = damaged / max(total, 1)
    spun = sum(s.spun for s in result.sentences)
    facts = [
        f"{damaged:,} of {count(total, 'word')} damaged",
        f"in {spun:,} of {count(len(result.sentences), 'sentence')}",
        count(len(result.edits), "edit"),
        f"mode {escape(mode)}",
    ]
    return f"""<dl class="meters">
<div><dt>Verdict</dt>
<dd><strong class="{kind}">{verdict}</strong> {result.score:.0%} likely spun</dd>
<dd>{bar(result.score, kind)}</dd></div>
<div><dt>Share of damage</dt>
<dd><strong>{share:.0%}</strong> of the words</dd>
<dd>{bar(share, kind)}</dd></div>
</dl>
<p class="facts">{" · ".join(facts)}</p>"""


def _marks(id: str, result: Restoration) -> tuple[list[Mark], list[Mark]]:
    """What to mark in the text as it was found, and what to put there in the restored one."""
    ends = [0, *(e.end for e in result.edits)]
    starts = [e.start for e in result.edits]
    reasons = {e.start: e.reason for e in result.explanations}
    found, restored = [], []
    for number, edit in enumerate(result.edits, 1):
        # A deletion takes the space beside the words along; only the words are marked.
        start = edit.end - len(edit.original.lstrip())
        end = max(start, edit.start + len(edit.original.rstrip()))
        link = f"{id}e{number}"
        wording = result.text[start:end]
        found.append(Mark(start, end, markup.damage(wording, edit.score, link, _cause(edit))))
        restored.append(Mark(edit.start, edit.end, _edit(link, edit, reasons.get(start, ""))))
    for word in result.words:
        if ends[bisect_right(starts, word.start)] > word.start:
            continue
        wording = result.text[word.start : word.end]
        found.append(Mark(word.start, word.end, markup.damage(wording, word.score)))
        restored.append(Mark(word.start, word.end, markup.kept(wording)))
    return sorted(found), sorted(restored)


def _rows(text: str, marks: Sequence[Mark], rows: Sequence[tuple[int, int]]) -> Iterator[str]:
    starts = [m.start for m in marks]
    for start, end in rows:
        here = marks[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
        yield f'<p dir="auto">{markup.marked(text, here, start, end)}</p>'


def _edit(id: str, edit: RestoredEdit, why: str) -> str:
    """The new wording and the card that belongs to it."""
    choices = [(edit.replacement, edit.confidence)]
    choices += [(a.text, a.confidence) for a in edit.alternatives]
    lines = "".join(
        f'<span class="choice"><span>{escape(text) or LEFT_OUT}</span> {bar(confidence)} '
        f"<span>{confidence:.0%}</span></span> "
        for text, confidence in choices
    )
    note = f'<span class="why">{escape(why)}</span>' if why else ""
    gone = "" if edit.replacement else f' data-gone aria-label="{LEFT_OUT}"'
    return (
        f'<ins class="edit" id="{id}" tabindex="0" aria-describedby="{id}c"{gone}>'
        f"{escape(edit.replacement)}</ins>"
        f'<span class="card" role="tooltip" id="{id}c"><span class="was">'
        f"{markup.damage(edit.original.strip(), edit.score)} {_cause(edit)}</span> {lines}"
        f"{note}</span>"
    )


def _cause(edit: RestoredEdit) -> str:
    if edit.by == "dictionary":
        return "put back by a dictionary"
    return f"{edit.score:.0%} likely damaged"


def _table(edits: Sequence[RestoredEdit], level: int) -> str:
    """Edits in order of first appearance; the same swap made again is counted, not repeated."""
    if not edits:
        return ""
    swaps: dict[tuple[str, str], list[RestoredEdit]] = {}
    for edit in edits:
        swaps.setdefault((edit.original.lower(), edit.replacement.lower()), []).append(edit)
    rows = "\n".join(map(_swap, swaps.values()))
    return f"""<h{level}>Edits</h{level}>
<div class="panel scroll">
<table>
<caption>Each swap once, in the order of the text.</caption>
<thead><tr><th scope="col">Found</th><th scope="col">Restored</th>
<th scope="col" class="number">Sure</th><th scope="col" class="number">Times</th>
<th scope="col">Or else</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>"""


def _swap(edits: Sequence[RestoredEdit]) -> str:
    first = edits[0]
    sure = sum(e.confidence for e in edits) / len(edits)
    others = ", ".join(
        f"{escape(a.text) or LEFT_OUT} {a.confidence:.0%}" for a in first.alternatives
    )
    return (
        f'<tr><th scope="row">{markup.damage(first.original.strip(), first.score)}</th>'
        f'<td><span class="edit">{escape(first.replacement) or LEFT_OUT}</span></td>'
        f'<td class="number">{sure:.0%}</td><td class="number">{len(edits):,}</td>'
        f'<td class="note">{others}</td></tr>'
    )


def _notes(title: str, notes: Sequence[Finding | Explanation], level: int) -> str:
    if not notes:
        return ""
    lines = "\n".join(f"<li>{escape(note.reason)}</li>" for note in notes)
    return f'<h{level}>{title}</h{level}>\n<ul class="panel notes">\n{lines}\n</ul>'
