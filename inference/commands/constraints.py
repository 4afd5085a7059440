"""The options that constrain a reading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from unspin.inference.commands.sections import Option

if TYPE_CHECKING:
    from unspin.inference.constraints import Constraints

Function = TypeVar("Function", bound=Callable[..., Any])

SECTION = "What to leave, what to look for"


def _file(name: str, help: str) -> Callable[[Function], Function]:
    path = click.Path(path_type=Path)
    return click.option(name, cls=Option, section=SECTION, type=path, metavar="FILE", help=help)


protect = _file(
    "--protect",
    "Leave these alone: on each line a term, found as whole words in any case, "
    "or a /regular expression/.",
)
protect_quotes: Callable[[Function], Function] = click.option(
    "--protect-quotes/--no-protect-quotes",
    cls=Option,
    section=SECTION,
    default=False,
    help="Whether to leave what stands in double quotation marks alone. "
    "[default: no, for spinners do not]",
)
phrases = _file(
    "--phrases",
    "Report these phrases too: a phrase on each line, and after a tab the term expected.",
)
dictionary = _file(
    "--dictionary",
    "Put these words back wherever they stand: a spun word, a tab and the original on each line, "
    "or a .json object.",
)
explain: Callable[[Function], Function] = click.option(
    "--explain", cls=Option, section=SECTION, is_flag=True, help="Say why words were flagged."
)


def constraining(command: Function) -> Function:
    """All of these but `dictionary`, which is of no use to a score."""
    return protect(protect_quotes(phrases(explain(command))))


def constraints(
    protect: Path | None, dictionary: Path | None, phrases: Path | None, protect_quotes: bool
) -> Constraints | None:
    """The constraints that the options ask for, if any; raises `UnspinError` for a bad list."""
    if not (protect or dictionary or phrases or protect_quotes):
        return None
    from unspin.inference.constraints import Constraints

    return Constraints.read(protect, dictionary, phrases, quotations=protect_quotes)
