"""The report of a batch: `report.html` for a person and `summary.json` for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from unspin.inference.batch.histogram import histogram
from unspin.inference.batch.records import Status
from unspin.inference.batch.summary import Summary
from unspin.inference.batch.tally import Row
from unspin.inference.view import markup
from unspin.inference.view.markup import LEFT_OUT, Mark, bar, count, escape, marked

PAGE = "report.html"
STATE = "summary.json"

_HERE = Path(__file__).parent
STYLES = (
    markup.FOLDER / "highlight.css",
    markup.FOLDER / "page.css",
    _HERE / "report.css",
)

SHOWN = 20
EXAMPLES = 5
"""Rows of a table and examples shown at once."""

FOLDED = 200
"""Rows shown at most when a table is unfolded; `summary.json` has the rest."""


def write_report(
    summary: Summary, folder: str | Path, facts: Mapping[str, str] | None = None
) -> Path:
    """Write the report into `folder`, each file whole or not at all; the path of the page.

    `facts` are shown as they are, in their order: what was run, with which model, how long.
    Raises OSError.
    """
    folder = Path(folder)
    state = {**summary.to_dict(), "facts": dict(facts or {})}
    markup.write(folder / STATE, json.dumps(state, indent=1) + "\n")
    markup.write(folder / PAGE, report_page(summary, facts or {}))
    return folder / PAGE


def report_page(summary: Summary, facts: Mapping[str, str]) -> str:
    """The page of `write_report`."""
    values = {
        "brief": _brief(summary),
        "tiles": _tiles(summary),
        "scores": _panel(histogram(summary.scores, "Documents read, by probability of damage")),
        "sources": _sources(summary),
        "substitutions": _substitutions(summary),
        "examples": _examples(summary),
        "reasons": _reasons(summary),
        "facts": _facts(facts),
    }
    return markup.page("Batch report · unspin", markup.fill(_HERE / "report.html", values), STYLES)


def _brief(summary: Summary) -> str:
    if not summary.read:
        return f"{count(summary.documents, 'document')}, none of which could be scored."
    return (
        f"Damaged: {summary.spun:,} of {count(summary.read, 'document')} read "
        f"({_share(summary.spun, summary.read)}), {summary.totals['spun_sentences']:,} of "
        f"{count(summary.totals['sentences'], 'sentence')}."
    )


def _tiles(summary: Summary) -> str:
    def status(one: Status) -> tuple[int, str]:
        number = summary.statuses[one.value]
        return number, f"{_share(number, summary.documents)} of all" if number else ""

    tiles = {
        "Documents": (summary.documents, ""),
        "Damaged": (summary.spun, f"{_share(summary.spun, summary.read)} of those read"),
        "Restored": status(Status.RESTORED),
        "Edits": (summary.totals["edits"], _dropped(summary)),
        "Unchanged": status(Status.UNCHANGED),
        "Skipped": status(Status.SKIPPED),
        "Not readable": status(Status.ERROR),
    }
    return "\n".join(
        f'<div><dt>{name}</dt><dd class="large">{number:,}</dd><dd class="note">{note}</dd></div>'
        for name, (number, note) in tiles.items()
    )


def _dropped(summary: Summary) -> str:
    number = summary.totals["dropped"]
    return f"{number:,} not made: they cross a tag" if number else ""


def _sources(summary: Summary) -> str:
    """The sources with most damaged documents, and all others in one row."""
    held = sorted(
        summary.sources.rows(), key=lambda row: (-row["spun"], -row["documents"], row["source"])
    )[: SHOWN + FOLDED]
    lines = [_source(f"<bdi>{escape(row['source'])}</bdi>", row) for row in held]
    total = summary.sources.total()
    rest = {name: total[name] - sum(row[name] for row in held) for name in total}
    if rest["documents"]:
        lines.append(_source("all other sources", rest))
    return _foldable(
        f"Documents by source, most damaged first.{_lacking(summary.sources.missed)}",
        ("Source", "*Documents", "*Read", "*Damaged", "Share"),
        lines,
    )


def _source(name: str, row: Row) -> str:
    numbers = "".join(
        f'<td class="number">{row[field]:,}</td>' for field in ("documents", "read", "spun")
    )
    share = _share_cell(row["spun"], row["read"], "spun")
    return f'<tr><th scope="row">{name}</th>{numbers}{share}</tr>'


def _substitutions(summary: Summary) -> str:
    rows = summary.substitutions.rows(SHOWN + FOLDED)
    if not rows:
        return _none("No wording was replaced.")
    return _foldable(
        f"Commonest first.{_lacking(summary.substitutions.missed)}",
        ("Spun", "Restored", "*Times", "Share of edits"),
        [_substitution(row, summary.totals["edits"]) for row in rows],
    )


def _substitution(row: Row, edits: int) -> str:
    return (
        f'<tr><th scope="row"><span class="damage" data-strength="4">{escape(row["spun"])}</span>'
        f'</th><td><span class="edit">{escape(row["restored"]) or LEFT_OUT}</span></td>'
        f'<td class="number">{row["count"]:,}</td>{_share_cell(row["count"], edits)}</tr>'
    )


def _examples(summary: Summary) -> str:
    articles = [_example(row) for row in summary.examples.rows()]
    if not articles:
        return _none("No damage was found.")
    return _folded(
        "\n".join(articles[:EXAMPLES]), "\n".join(articles[EXAMPLES:]), len(articles) - EXAMPLES
    )


def _example(row: Row) -> str:
    text, edits, words = row["text"], row["edits"], row["words"]
    found = [
        Mark(s["start"], s["end"], markup.damage(text[s["start"] : s["end"]], s["score"]))
        for s in [*edits, *words]
    ]
    restored = [Mark(e["start"], e["end"], _restored(e["replacement"])) for e in edits]
    restored += [
        Mark(w["start"], w["end"], markup.kept(text[w["start"] : w["end"]])) for w in words
    ]
    alone = "" if edits else ' class="alone"'
    after = f'\n<p dir="auto">{marked(text, sorted(restored))}</p>' if edits else ""
    return f"""<article class="example panel">
<header><h3><bdi>{escape(row["key"])}</bdi></h3><span>{row["score"]:.0%} likely spun</span></header>
<p dir="auto"{alone}>{marked(text, sorted(found))}</p>{after}
</article>"""


def _restored(wording: str) -> str:
    return f'<ins class="edit">{escape(wording)}</ins>' if wording else ""


def _reasons(summary: Summary) -> str:
    ranked = sorted(summary.reasons.items(), key=lambda item: (-item[1][0], item[0]))
    if not ranked:
        return _none("Every document was read.")
    return _table(
        "Documents that have no score, by reason.",
        ("Reason", "What became of them", "*Documents", "Share"),
        [
            f'<tr><th scope="row">{escape(reason.replace("_", " "))}{_keys(keys.rows())}</th>'
            f"<td>{_BECAME.get(status, escape(status))}</td>"
            f'<td class="number">{number:,}</td>{_share_cell(number, summary.documents)}</tr>'
            for (status, reason), (number, keys) in ranked
        ],
    )


_BECAME = {
    Status.SKIPPED.value: "skipped: passed through as they came",
    Status.ERROR.value: "not readable: in the quarantine files",
}


def _keys(rows: Sequence[Row]) -> str:
    items = "".join(
        f"<li><bdi>{escape(row['key'])}</bdi>"
        + (f" <span class='note'>{escape(row['detail'])}</span>" if row["detail"] else "")
        + "</li>"
        for row in rows
    )
    return f'<details><summary>for example</summary><ul class="keys">{items}</ul></details>'


def _facts(facts: Mapping[str, str]) -> str:
    if not facts:
        return ""
    rows = [
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in facts.items()
    ]
    return f'<h2 id="run">This run</h2>\n{_table("", (), rows)}'


def _table(caption: str, columns: Sequence[str], rows: Sequence[str]) -> str:
    """A table whose `rows` are HTML; the columns of numbers have a star before their names."""
    head = "".join(
        f'<th scope="col"{" class=number" if name[0] == "*" else ""}>{name.lstrip("*")}</th>'
        for name in columns
    )
    return _panel(
        f"<table>{f'<caption>{caption}</caption>' if caption else ''}"
        f"{f'<thead><tr>{head}</tr></thead>' if head else ''}"
        f"<tbody>\n{chr(10).join(rows)}\n</tbody></table>"
    )


def _foldable(caption: str, columns: Sequence[str], rows: Sequence[str]) -> str:
    more = _table("", columns, rows[SHOWN:]) if len(rows) > SHOWN else ""
    return _folded(_table(caption, columns, rows[:SHOWN]), more, len(rows) - SHOWN)


def _folded(shown: str, more: str, number: int) -> str:
    """`more` is HTML of `number` things that a click unfolds."""
    if not more:
        return shown
    return f"{shown}\n<details><summary>{number:,} more</summary>\n{more}</details>"


def _panel(content: str) -> str:
    return f'<div class="panel scroll">{content}</div>'


def _none(sentence: str) -> str:
    return f'<p class="note">{sentence}</p>'


def _lacking(missed: int) -> str:
    return f" Each count may lack up to {missed:,}; the sums are exact." if missed else ""


def _share_cell(part: int, whole: int, kind: str = "") -> str:
    share = _share(part, whole)
    return f'<td class="share">{bar(part / whole if whole else 0, kind)} <span>{share}</span></td>'


def _share(part: int, whole: int) -> str:
    """A percentage that calls nothing 0% or 100% that is not."""
    if not whole:
        return "–"
    share = f"{part / whole:.1%}" if part / whole < 0.1 else f"{part / whole:.0%}"
    if part and share == "0.0%":
        return "&lt;0.1%"
    return "&gt;99%" if part < whole and share == "100%" else share
