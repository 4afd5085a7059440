"""Self-contained pages: a frame that allows nothing but its own style, and marked-up text.

Whatever comes from a document goes through `escape`. The policy names the one style sheet by
its hash, so no script, image, request, nor style attribute has an effect, whoever wrote it.
"""

from __future__ import annotations

import html
import os
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import NamedTuple

from unspin.model.printable import printable

FOLDER = Path(__file__).parent
LEFT_OUT = "(left out)"

_STRENGTHS = (0.5, 0.7, 0.9)


class Mark(NamedTuple):
    """`text[start:end]` is to be shown as `shown`, which is HTML."""

    start: int
    end: int
    shown: str


def escape(text: str) -> str:
    """`text` as HTML that shows it, in an element or in a quoted attribute."""
    return html.escape(printable(text))


def strength(score: float) -> int:
    """The `data-strength` of a damaged word, 1 to 4."""
    return 1 + sum(score >= least for least in _STRENGTHS)


def damage(text: str, score: float, link: str = "", note: str = "") -> str:
    """A damaged wording as it was found, by its probability of damage.

    `link` is the id of an element; `note` says what a pointer is told instead of the probability.
    """
    tag, target = ("a", f' href="#{link}"') if link else ("mark", "")
    title = note or f"{score:.0%} likely damaged"
    return (
        f'<{tag} class="damage" data-strength="{strength(score)}"{target} title="{title}">'
        f"{escape(text)}</{tag}>"
    )


def kept(text: str) -> str:
    """A damaged word that was left as found."""
    return f'<mark class="kept" title="damaged, left as found">{escape(text)}</mark>'


def marked(text: str, marks: Iterable[Mark], start: int = 0, end: int | None = None) -> str:
    """`text[start:end]` as HTML with its `marks`, which are sorted and do not overlap."""
    parts, position = [], start
    for mark in marks:
        parts += [escape(text[position : mark.start]), mark.shown]
        position = mark.end
    return "".join(parts) + escape(text[position:end])


def bar(share: float, kind: str = "") -> str:
    """A bar filled to `share`; it says nothing that the text beside it does not."""
    return (
        f'<svg class="bar {kind}" viewBox="0 0 100 4" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect class="rest" width="100" height="4"/>'
        f'<rect width="{100 * min(max(share, 0.0), 1.0):.2f}" height="4"/></svg>'
    )


def count(number: int, noun: str) -> str:
    """ "1 edit", "1,200 edits"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def fill(template: Path, values: Mapping[str, object]) -> str:
    """The template file with its $names replaced by `values`, which are HTML."""
    return Template(_read(template)).substitute(values)


def page(title: str, body: str, styles: Iterable[Path], rules: str = "") -> str:
    """A whole page: `body` is HTML, `rules` is CSS that follows the `styles`."""
    style = "\n".join([*map(_read, styles), rules])
    digest = b64encode(sha256(style.encode()).digest()).decode()
    values = {"title": escape(title), "style": style, "digest": digest, "body": body}
    return fill(FOLDER / "frame.html", values)


def write(path: Path, text: str) -> None:
    """Replace the file at once, so that nobody meets half of it. Raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(draft, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
