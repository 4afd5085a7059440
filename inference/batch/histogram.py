"""A histogram as inline SVG, and as the table behind it."""

from __future__ import annotations

from collections.abc import Sequence

from unspin.inference.view.markup import count

_HEIGHT = 180
_ABOVE = 18
_BELOW = 22


def histogram(counts: Sequence[int], title: str) -> str:
    """Documents by probability in equal bins from 0 to 1, as a figure.

    Places are in percent across and in pixels down, so that the lettering keeps its size on
    every screen.
    """
    most = max(*counts, 1)
    step = 100 / len(counts)
    bars = "".join(_bar(i, n, most, step, _range(i, len(counts))) for i, n in enumerate(counts))
    base = _ABOVE + _HEIGHT
    ticks = "".join(
        f'<text class="{place}" x="{p}%" y="{base + 16}">{p}%</text>'
        for p, place in ((0, "first"), (25, ""), (50, ""), (75, ""), (100, "last"))
    )
    rows = "".join(
        f'<tr><th scope="row">{_range(i, len(counts))}</th><td class="number">{n:,}</td></tr>'
        for i, n in enumerate(counts)
    )
    return f"""<figure>
<svg class="histogram" role="img" aria-labelledby="histogram-title histogram-text"
 width="100%" height="{base + _BELOW}">
<title id="histogram-title">{title}</title>
<desc id="histogram-text">{_in_words(counts)}</desc>
{bars}
<line class="axis" x1="0" x2="100%" y1="{base + 0.5}" y2="{base + 0.5}"/>
{ticks}
</svg>
<figcaption>{title}</figcaption>
<details><summary>As a table</summary>
<table><thead><tr><th scope="col">Likely spun</th>
<th scope="col" class="number">Documents</th></tr></thead>
<tbody>{rows}</tbody></table></details>
</figure>"""


def _bar(place: int, number: int, most: int, step: float, label: str) -> str:
    if not number:
        return ""
    height = max(number / most * _HEIGHT, 1.5)
    top = _ABOVE + _HEIGHT - height
    return (
        f"<g><title>{label}: {count(number, 'document')}</title>"
        f'<rect x="{place * step + 0.08 * step:.2f}%" y="{top:.1f}" '
        f'width="{0.84 * step:.2f}%" height="{height:.1f}" rx="2"/>'
        f'<text class="count" x="{(place + 0.5) * step:.2f}%" y="{top - 5:.1f}">'
        f"{_compact(number)}</text></g>"
    )


def _range(place: int, bins: int) -> str:
    return f"{place * 100 // bins}–{(place + 1) * 100 // bins}%"


def _in_words(counts: Sequence[int]) -> str:
    total = sum(counts)
    if not total:
        return "No document was read."
    half = len(counts) // 2
    return (
        f"Of {count(total, 'document')} read, {sum(counts[:half]):,} score under 50% "
        f"and {sum(counts[half:]):,} from 50%."
    )


def _compact(number: int) -> str:
    """Short enough to stand over a bar: 999, 1.2k, 12.3k, 3.4M."""
    power = min(len(str(number)) - 1, 11) // 3
    value = number / 1000**power
    return f"{value:.1f}".removesuffix(".0")[:4].removesuffix(".") + ("", "k", "M", "G")[power]
