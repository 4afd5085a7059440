"""The seed documents as a measure: damage found and undone in one article, another left alone.

A folder of seeds holds `NAME.restoration.jsonl`, which says of the spun text in `NAME.txt` what
each damaged word stands for, and other `.txt` files, which are clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unspin.model.errors import UnspinError
from unspin.model.words import word_range
from unspin.training.evaluate import Predictor
from unspin.training.readers import plain_text, rows
from unspin.training.truth import changes_made, source_words, text_keys

_SUFFIX = ".restoration.jsonl"


@dataclass(frozen=True, slots=True)
class Damage:
    """The word at text[start:end] is wrong; any of `accepted` may stand there instead."""

    start: int
    end: int
    accepted: tuple[tuple[str, ...], ...]


def damages(text: str, restoration: Path) -> Iterator[Damage]:
    """Every substitution of a restoration file, found in `text` in reading order.

    Raises `UnspinError` where the file is broken or does not fit the text.
    """
    position = 0
    for number, row in rows(restoration):
        place = f"{restoration}:{number}"
        if isinstance(row, UnspinError):
            raise UnspinError(f"{place}: {row}")
        sentence, pairs, others = _checked(row, place)
        cursor = text.find(sentence, position)
        if cursor < 0:
            raise UnspinError(f"{place}: not in the text: {sentence!r}")
        position = cursor + len(sentence)
        for spun, original in pairs:
            found = _whole(spun).search(text, cursor, position)
            if found is None:
                raise UnspinError(f"{place}: {spun!r} is not in {sentence!r}")
            cursor = found.end()
            accepted = [original, *others.get(f"{spun}<-{original}", ())]
            yield Damage(*found.span(), tuple(map(text_keys, accepted)))


def _checked(
    row: Mapping[str, Any], place: str
) -> tuple[str, list[tuple[str, str]], dict[str, list[str]]]:
    """The spun sentence of a row, its substitutions, and what else is accepted for each."""
    try:
        sentence, pairs = row["spun"], [(spun, original) for spun, original in row["substitutions"]]
        others = {
            key: [other.removesuffix(" (unchanged)") for other in listed]
            for key, listed in (row.get("alternatives") or {}).items()
        }
        said = all(spun.strip() and isinstance(original, str) for spun, original in pairs)
        if said and sentence.strip():
            return sentence, pairs, others
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    raise UnspinError(
        f'{place}: a row needs "spun", a sentence, "substitutions", a list of [spun, original], '
        'and perhaps "alternatives", lists by "spun<-original"'
    )


def _whole(wording: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(wording)}(?![^\W_])")


def measure(folder: Path, model: Predictor) -> dict[str, Any]:
    """Share of damaged words flagged, share restored (alternatives accepted), and whether every
    clean document came back byte for byte. Raises `UnspinError` for a folder without seeds, and
    for broken ones."""
    files = sorted(folder.glob(f"*{_SUFFIX}"))
    if not files:
        raise UnspinError(f"{folder}: holds no *{_SUFFIX}")
    damaged = flagged = restored = sound = false_alarms = 0
    missed: list[str] = []
    spun = [file.with_name(file.name.removesuffix(_SUFFIX) + ".txt") for file in files]
    for path, file in zip(spun, files, strict=True):
        text = plain_text(path)
        wrong = list(damages(text, file))
        if not wrong:
            raise UnspinError(f"{file}: names no substitution")
        result = model.read([text])[0]
        found = source_words(text)
        changes = {one[0]: one for one in changes_made(text, found, result.edits)}
        starts = {word.start for word in result.words}
        for one in wrong:
            first, last = word_range(found, one.start, one.end)
            change = changes.get(first)
            now = text_keys(text[one.start : one.end])
            if change is not None and change[1] == last:
                now = change[2]
            good = now in one.accepted
            damaged += 1
            flagged += one.start in starts
            restored += good
            if not good:
                missed.append(
                    f"{text[one.start : one.end]} > {' '.join(now)}, not "
                    f"{' '.join(one.accepted[0])}"
                )
        places = {one.start for one in wrong}
        sound += len(found) - len(places)
        false_alarms += len(starts - places)
    clean = [path for path in sorted(folder.glob("*.txt")) if path not in spun]
    texts = [plain_text(path) for path in clean]
    back = [result.restored for result in model.read(texts)] if texts else []
    return {
        "damaged_words": damaged,
        "flagged": flagged / damaged,
        "restored": restored / damaged,
        "sound_words": sound,
        "sound_words_flagged": false_alarms,
        "clean_documents": len(clean),
        "clean_documents_unchanged": sum(a == b for a, b in zip(texts, back, strict=True)),
        "missed": missed,
    }
