"""The dictionary that a row may bring: words that are put back in its text alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from unspin.inference.constraints import Constraints
from unspin.inference.documents import Row
from unspin.model.errors import UnspinError


def with_dictionaries(
    rows: Sequence[Row], shared: Constraints | None
) -> tuple[list[Row], list[Constraints | None]]:
    """Each row and its constraints; a row whose own dictionary cannot be used has an error."""
    kept: list[Row] = []
    found: list[Constraints | None] = []
    for row in rows:
        own = shared
        if row.error is None and row.fields.get("dictionary") is not None:
            try:
                own = (shared or Constraints()).with_dictionary(row.fields["dictionary"])
            except UnspinError as error:
                row = replace(row, error=str(error))
        kept.append(row)
        found.append(own)
    return kept, found
