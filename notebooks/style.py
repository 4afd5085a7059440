"""The look of the notebooks: colours, axes, tables, and text drawn with its damage marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import sqrt

import matplotlib.pyplot as plt
from cycler import cycler
from IPython.display import Markdown
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

INK, GREY, PALE = "#2b2f36", "#8a929c", "#e6e9ed"
BLUE, RED, GREEN, AMBER, VIOLET = "#2f6690", "#c8553d", "#3a8f6b", "#d9a13b", "#7b6ba8"
COLOURS = (BLUE, RED, GREEN, AMBER, VIOLET, GREY)

Colour = tuple[float, float, float, float]

_ESCAPED = re.compile(r"([\\`*_{}\[\]<>|$])")


def use() -> None:
    """Set the style of every figure that follows."""
    plt.rcParams.update(
        {
            "figure.figsize": (9, 3.6),
            "figure.dpi": 110,
            "figure.constrained_layout.use": True,
            "font.family": "DejaVu Sans",
            "font.size": 9.5,
            "text.color": INK,
            "text.parse_math": False,
            "axes.edgecolor": GREY,
            "axes.labelcolor": INK,
            "axes.titlesize": 10.5,
            "axes.titlelocation": "left",
            "axes.titlepad": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(color=COLOURS),
            "grid.color": PALE,
            "grid.linewidth": 0.8,
            "xtick.color": INK,
            "ytick.color": INK,
            "xtick.major.size": 0,
            "ytick.major.size": 0,
            "legend.frameon": False,
            "legend.fontsize": 9,
            "lines.linewidth": 1.8,
        }
    )


def rows_only(axes: Axes) -> None:
    """For a chart of one row a thing: names at the left, no lines across but the vertical ones."""
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.invert_yaxis()


def plain_numbers(*axes: Axis) -> None:
    """Ticks of logarithmic axes as plain numbers, at powers of ten."""
    for axis in axes:
        axis.set_major_formatter(lambda x, _: f"{x:,g}")
        axis.set_minor_locator(NullLocator())


def beside(axes: Axes, **options: object) -> None:
    """A legend to the right of the axes."""
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), **options)


def shade(colour: str, strength: float) -> Colour:
    """`colour`, the more opaque the stronger (0 to 1)."""
    red, green, blue, _ = to_rgba(colour)
    return red, green, blue, 0.12 + 0.6 * min(max(strength, 0.0), 1.0)


def wilson(hits: int, count: int, z: float = 1.645) -> tuple[float, float]:
    """The 90 % interval of a share (Wilson, 1927)."""
    if not count:
        return 0.0, 1.0
    share, extra = hits / count, z * z / count
    centre = (share + extra / 2) / (1 + extra)
    half = z * sqrt(share * (1 - share) / count + extra / (4 * count)) / (1 + extra)
    return max(0.0, centre - half), min(1.0, centre + half)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Markdown:
    """A table; columns that hold numbers only are set to the right."""
    body = [list(row) for row in rows]
    right = [
        bool(body) and all(isinstance(row[i], int | float) for row in body)
        for i in range(len(headings))
    ]
    lines = [list(headings), ["---:" if one else ":---" for one in right]]
    lines += [[_cell(value) for value in row] for row in body]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return literal(f"{value:,}" if isinstance(value, int) else str(value))


def literal(text: str) -> str:
    """`text` as Markdown that shows it."""
    return _ESCAPED.sub(r"\\\1", text.replace("\n", " "))


def marked_text(
    text: str, marks: Iterable[tuple[int, int, Colour]], width: float = 9.0, size: float = 10.0
) -> Figure:
    """A picture of `text`, `width` inches wide, with a coloured ground behind `marks` (start, end,
    colour; apart and in order)."""
    figure = plt.figure(figsize=(width, 1), layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    font = FontProperties(family="DejaVu Sans", size=size)
    measure = figure.canvas.get_renderer().get_text_width_height_descent
    points = 72 / figure.dpi  # per pixel

    def extent(piece: str) -> float:
        return float(measure(piece, font, ismath=False)[0]) * points

    space, leading, margin = extent("n n") - extent("nn"), 1.75 * size, 6.0
    right = 72 * width - margin
    x, y, ground = margin, leading, None
    grounds, pieces = [], []
    colour_of: dict[int, Colour] = {
        i: colour for start, end, colour in marks for i in range(start, end)
    }
    for match in re.finditer(r"\n+|[^\S\n]+|\S+", text):
        token = match.group()
        if "\n" in token:
            x, y, ground = margin, y + leading * (1.5 if len(token) > 1 else 1.15), None
            continue
        if token.isspace():
            x += space if x > margin else 0
            continue
        if x + extent(token) > right and x > margin:
            x, y, ground = margin, y + leading, None
        for part in _coloured(range(match.start(), match.end()), colour_of):
            piece = text[part.start : part.stop]
            colour = colour_of.get(part.start)
            if colour and ground and colour_of.get(part.start - 1) == colour:
                grounds[-1] = (ground[0], y, x + extent(piece), colour)  # over the space between
            elif colour:
                grounds.append((x, y, x + extent(piece), colour))
            ground = grounds[-1] if colour else None
            pieces.append((x, y, piece))
            x += extent(piece)
    height = y + leading * 0.8
    figure.set_size_inches(width, height / 72)
    axes.set(xlim=(0, 72 * width), ylim=(height, 0))
    for x, y, end, colour in grounds:
        box = (x - 1, y - 1.15 * size), end - x + 2, 1.55 * size
        axes.add_patch(Rectangle(*box, facecolor=colour, linewidth=0))
    for x, y, piece in pieces:
        axes.text(x, y, piece, fontproperties=font, color=INK, va="baseline", parse_math=False)
    return figure


def _coloured(places: range, colour_of: dict[int, Colour]) -> list[range]:
    """`places` in runs of one colour."""
    parts: list[range] = []
    for i in places:
        if parts and colour_of.get(parts[-1].start) == colour_of.get(i):
            parts[-1] = range(parts[-1].start, i + 1)
        else:
            parts.append(range(i, i + 1))
    return parts
