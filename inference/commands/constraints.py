"""The options that constrain a reading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from unspin.inference.commands.sections import Option

if TYPE_CHECKING:
    from unspin.inference.constraints import Constraints

Function = TypeVar("Function", bound=Callable[..., Any])

SECTION = "What to leave, what to look for"


class Wishes(Protocol):
    """The options below, as given."""

    @property
    def protect(self) -> Path | None: ...
    @property
    def protect_quotes(self) -> bool: ...
    @property
    def phrases(self) -> Path | None: ...
    @property
    def dictionary(self) -> Path | None: ...


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
    """The options of `Wishes`, but for `dictionary`, which is of no use to a score."""
    return protect(protect_quotes(phrases(explain(command))))


def constraints(wishes: Wishes) -> Constraints | None:
    """The constraints that the options ask for; raises `UnspinError` for a bad list."""
    if not (wishes.protect or wishes.protect_quotes or wishes.phrases or wishes.dictionary):
        return None
    from unspin.inference.constraints import Constraints

    return Constraints.read(
        wishes.protect, wishes.dictionary, wishes.phrases, quotations=wishes.protect_quotes
    )
