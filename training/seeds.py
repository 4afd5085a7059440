"""The seed documents as a measure: damage found and undone in one article, another left alone.

A folder of seeds holds `NAME.restoration.jsonl`, which says of the spun text in `NAME.txt` what
each damaged word stands for, and other `.txt` files, which are clean.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unspin.model.errors import UnspinError
from unspin.training.evaluate import Predictor
from unspin.training.truth import changes_made, source_words, text_keys, word_range

_SUFFIX = ".restoration.jsonl"


@dataclass(frozen=True, slots=True)
class Damage:
    """The word at text[start:end] is wrong; any of `accepted` may stand there instead."""

    start: int
    end: int
    accepted: tuple[tuple[str, ...], ...]


def damages(text: str, restoration: Path) -> Iterator[Damage]:
    """Every substitution of a restoration file, found in `text` in reading order.

    Raises `UnspinError` where the file does not fit the text.
    """
    position = 0
    for row in _rows(restoration):
        cursor = text.find(row["spun"], position)
        if cursor < 0:
            raise UnspinError(f"{restoration}: not in the text: {row['spun']!r}")
        position = cursor + len(row["spun"])
        for spun, original in row["substitutions"]:
            while True:
                cursor = text.find(spun, cursor, position)
                if cursor < 0:
                    raise UnspinError(f"{restoration}: {spun!r} is not in {row['spun']!r}")
                end = cursor + len(spun)
                if not (text[cursor - 1 : cursor].isalnum() or text[end : end + 1].isalnum()):
                    yield Damage(cursor, end, tuple(_accepted(row, spun, original)))
                    cursor = end
                    break
                cursor = end


def _rows(restoration: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = restoration.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise UnspinError(f"{restoration} is not UTF-8") from None
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            pairs = row["substitutions"]
            good = isinstance(row["spun"], str) and isinstance(row.get("alternatives") or {}, dict)
            good = good and all(isinstance(w, str) for pair in pairs for w in pair)
            good = good and all(len(pair) == 2 for pair in pairs)
        except (ValueError, TypeError, KeyError, RecursionError):
            good = False
        if not good:
            raise UnspinError(
                f'{restoration}, line {number}: want "spun" and "substitutions", '
                "a list of [spun, original]"
            )
        yield row


def _accepted(row: Mapping[str, Any], spun: str, original: str) -> Iterator[tuple[str, ...]]:
    yield text_keys(original)
    for other in (row.get("alternatives") or {}).get(f"{spun}<-{original}", ()):
        yield text_keys(other.removesuffix(" (unchanged)"))


def measure(folder: Path, model: Predictor) -> dict[str, Any]:
    """Share of damaged words flagged, share restored (alternatives accepted), and whether every
    clean document came back byte for byte. Raises `UnspinError` for a folder without seeds."""
    files = sorted(folder.glob(f"*{_SUFFIX}"))
    if not files:
        raise UnspinError(f"{folder}: holds no *{_SUFFIX}")
    damaged = flagged = restored = sound = false_alarms = 0
    missed: list[str] = []
    spun = [file.with_name(file.name.removesuffix(_SUFFIX) + ".txt") for file in files]
    for path, file in zip(spun, files, strict=True):
        text = _text(path)
        result = model.read([text])[0]
        found = source_words(text)
        changes = {one[0]: one for one in changes_made(text, found, result.edits)}
        starts = {word.start for word in result.words}
        wrong = list(damages(text, file))
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
    texts = [_text(path) for path in clean]
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


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")  # no newline translation: bytes must come back
