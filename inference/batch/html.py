"""A page's visible text, and edits of it put back in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Edit(Protocol):
    """What is to be replaced in the text of a page: an `Edit` or a `RestoredEdit`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def original(self) -> str: ...
    @property
    def replacement(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Restored:
    """A page with edits put in, and how many of them could not be, since they cross a tag."""

    html: str
    dropped: int


def page_text(html: str) -> str:
    """The visible text of a page."""
    raise NotImplementedError


def restore_in_place(html: str, edits: Sequence[Edit]) -> Restored:
    """The page with `edits` of its `page_text` put in; all else is as it was."""
    raise NotImplementedError


def encode_page(html: str, encoding: str) -> bytes:
    """The bytes of a page; a character that `encoding` lacks becomes a character reference."""
    raise NotImplementedError
