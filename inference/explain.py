"""Why words were flagged: what the decoder would write there, and which spinners write this."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import islice
from math import exp
from pathlib import Path

from unspin.inference.beam import Candidate
from unspin.inference.detector import Judgement, RawLogits, Reading
from unspin.inference.restorer import Restorer, Span, group, original_forms, rank_texts
from unspin.inference.results import Alternative, Explanation, KnownPair
from unspin.model.splice import match_case

# The families' tables lie beside the code that trains on them; only the files are read here, and
# an installation without them explains without them.
LEXICON = Path(__file__).parent.parent / "training" / "lexicon"

MOST_PAIRS = 5
"""Known pairs listed for one span."""


def explain(
    restorer: Restorer, readings: Sequence[Reading], judgements: Sequence[Judgement]
) -> list[tuple[Explanation, ...]]:
    """An explanation for each span of flagged words, by document. The readings' states are used
    where they were kept."""
    spans = [group(r.raw, j) for r, j in zip(readings, judgements, strict=True)]
    candidates = restorer.candidates(readings, spans)
    return [
        tuple(
            _explanation(restorer, reading.raw, judgement, *one)
            for one in zip(part, found, likelihoods(restorer, reading, part), strict=True)
        )
        for reading, judgement, part, found in zip(
            readings, judgements, spans, candidates, strict=True
        )
    ]


def likelihoods(restorer: Restorer, reading: Reading, spans: Sequence[Span]) -> list[float]:
    """Log probability that the decoder writes what stands at each of `spans` already."""
    document = reading.raw.document
    wordings = iter(
        document.ids[document.word_first[s.first] : document.word_last[s.last] + 1].tolist()
        for s in spans
    )
    return [
        found
        for window in restorer.windows(reading, spans)
        for found in restorer.detector.engine.likelihood(
            window, list(islice(wordings, len(window.first)))
        )
    ]


def _explanation(
    restorer: Restorer,
    raw: RawLogits,
    judgement: Judgement,
    span: Span,
    candidates: Sequence[Candidate],
    likelihood: float,
) -> Explanation:
    words = raw.document.words
    start, end = words[span.first].start, words[span.last].end
    original = raw.document.text[start:end]
    same = original_forms(raw, span, restorer.text_of)
    ranked = rank_texts([(restorer.text_of(c.pieces), exp(c.log_probability)) for c in candidates])
    own = next((i for i, (text, _) in enumerate(ranked) if text.casefold() in same), None)
    return Explanation(
        start,
        end,
        original,
        float(judgement.word[span.first : span.last + 1].max()),
        None if own is None else own + 1,
        exp(likelihood) if own is None else ranked[own][1],
        tuple(Alternative(match_case(original, text), p) for text, p in ranked),
        pairs_of(original, [text for text, _ in ranked]),
    )


def pairs_of(spun: str, fits: Sequence[str]) -> tuple[KnownPair, ...]:
    """Known swaps that write `spun`: first those whose original is among `fits`."""
    order = {text.casefold(): i for i, text in enumerate(fits)}
    found = known_pairs().get(" ".join(spun.split()).casefold(), ())
    ranked = sorted(found, key=lambda pair: order.get(pair.original.casefold(), len(order)))
    return tuple(ranked[:MOST_PAIRS])


@cache
def known_pairs(folder: Path = LEXICON) -> Mapping[str, Sequence[KnownPair]]:
    """Spun words in lower case -> the known swaps that write them, from the tables in `folder`."""
    spinners: dict[tuple[str, str], set[str]] = {}
    relations: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("spinner_*.tsv")):
        family = path.stem.split("_")[1].upper()
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                pair = row["spun"].casefold(), row["original"]
                spinners.setdefault(pair, set()).add(row.get("family") or family)
                if relation := row.get("wordnet_relation"):
                    relations.setdefault(pair, relation)
    found: dict[str, list[KnownPair]] = {}
    for (spun, original), families in spinners.items():
        known = KnownPair(original, tuple(sorted(families)), relations.get((spun, original)))
        found.setdefault(spun, []).append(known)
    return found
