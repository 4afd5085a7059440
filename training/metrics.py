"""The metrics, as pure functions of ground truth and results.

`tally` counts one document, tallies add up, and `figures` turns the sums into the numbers that are
reported; so every figure of a group is over its words (or sentences), not a mean over documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from unspin.training.truth import Change, Truth, changes_made, rewritten, text_keys

if TYPE_CHECKING:
    from unspin import Restoration

KEEPERS = ("names", "numbers", "urls", "quotations")
Figures = dict[str, float | None]


@dataclass(slots=True)
class Tally:
    """Counts of one or more documents, and the scores that rank them.

    documents:        score of every document.
    spun_sentences:   score of every sentence with a damaged word.
    clean_sentences:  score of every sentence of a clean document.
    """

    counts: Counter[str] = field(default_factory=Counter)
    documents: list[float] = field(default_factory=list)
    spun_sentences: list[float] = field(default_factory=list)
    clean_sentences: list[float] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.documents += other.documents
        self.spun_sentences += other.spun_sentences
        self.clean_sentences += other.clean_sentences


def tally(truth: Truth, result: Restoration) -> Tally:
    """The counts of one document."""
    one = Tally()
    _count_detection(one, truth, result)
    made = changes_made(truth.text, truth.words, result.edits, truth.changes)
    _count_phrases(one.counts, truth, result, made)
    if truth.known:
        _count_restoration(one.counts, truth, result, made)
    return one


def _count_detection(one: Tally, truth: Truth, result: Restoration) -> None:
    counts = one.counts
    kind = "spun" if truth.spun else "clean"
    one.documents.append(result.score)
    counts[f"{kind}_documents"] += 1
    counts[f"{kind}_documents_flagged"] += result.spun
    damage = truth.damaged_spans()
    for sentence in result.sentences:
        damaged = any(start < sentence.end and sentence.start < end for start, end in damage)
        if damaged:
            one.spun_sentences.append(sentence.score)
        elif not truth.spun:
            one.clean_sentences.append(sentence.score)
            counts["clean_sentences"] += 1
            counts["clean_sentences_flagged"] += sentence.spun
        if truth.known:
            counts[f"sentence_{_outcome(damaged, sentence.spun)}"] += 1
    starts = {word.start for word in result.words}
    flagged = {i for i, word in enumerate(truth.words) if word.start in starts}
    if not truth.spun:
        counts["clean_words"] += len(truth.words)
        counts["clean_words_flagged"] += len(flagged)
    elif truth.known:
        counts["word_tp"] += len(flagged & truth.damaged)
        counts["word_fp"] += len(flagged - truth.damaged)
        counts["word_fn"] += len(truth.damaged - flagged)
    else:
        counts["span_words"] += len(truth.damaged)
        counts["span_words_flagged"] += len(flagged & truth.damaged)


def _outcome(wanted: bool, given: bool) -> str:
    return ("tn", "fp", "fn", "tp")[2 * wanted + given]


def _count_phrases(
    counts: Counter[str], truth: Truth, result: Restoration, made: set[Change]
) -> None:
    starts = {word.start for word in result.words}
    for phrase in truth.phrases:
        counts["phrases"] += 1
        counts["phrases_flagged"] += any(
            word.start in starts for word in truth.words[phrase[0] : phrase[1]]
        )
        counts["phrases_restored"] += rewritten(truth.words, made, phrase)


def _count_restoration(
    counts: Counter[str], truth: Truth, result: Restoration, made: set[Change]
) -> None:
    if not truth.spun:
        counts["clean_edits"] += len(result.edits)
        counts["clean_words_changed"] += sum(max(1, last - first) for first, last, _ in made)
    if truth.clean is not None:
        written = {one[0]: one[2][0] for one in made if one[1] - one[0] == len(one[2]) == 1}
        counts["pairs"] += len(truth.pairs)
        counts["pairs_restored"] += sum(written.get(i) == w for i, w in truth.pairs.items())
        counts["edit_tp"] += len(made & truth.changes)
        counts["edit_fp"] += len(made - truth.changes)
        counts["edit_fn"] += len(truth.changes - made)
        spun = [word.text.casefold() for word in truth.words]
        counts["distance_spun"] += Levenshtein.distance(spun, truth.clean)
        counts["distance_restored"] += Levenshtein.distance(text_keys(result.restored), truth.clean)
    for kind, spans in truth.keepers.items():
        counts[kind] += len(spans)
        counts[f"{kind}_kept"] += sum(
            not any(edit.start < end and start < edit.end for edit in result.edits)
            for start, end in spans
        )


def figures(
    spun: Tally, clean: Tally, reference: Tally, parts: Collection[str] = ("words", "edits")
) -> Figures:
    """Every metric of one group; `None` where the group has nothing to measure it on.

    spun:       the spun documents of the group.
    clean:      its clean documents, and the originals of its pairs.
    reference:  the clean news that spun sentences and documents are ranked against.
    parts:      what the predictor gives besides scores of sentences and documents.

    AUROC, F and shares run from 0 to 1; names that end in `_percent` and `_per_1000` say so.
    `restored_exactly` counts words that stand for one word, `phrases_restored` whole phrases that
    must become a whole wording. Sentence F1 is over the sentences of the pairs, both sides; word
    figures are over the spun side.
    """
    both = spun.counts + clean.counts
    paired = spun.counts["sentence_tp"] + spun.counts["sentence_fn"]
    found: Figures = {
        "spun_documents": spun.counts["spun_documents"],
        "clean_documents": clean.counts["clean_documents"],
        "phrases": spun.counts["phrases"] or None,
        "sentence_auroc": auroc(spun.spun_sentences, reference.clean_sentences),
        "sentence_f1": f_score(both, "sentence", 1.0) if paired else None,
        "document_auroc": auroc(spun.documents, reference.documents),
        "spun_documents_flagged_percent": percent(spun.counts, "spun_documents"),
        "clean_documents_flagged_percent": percent(clean.counts, "clean_documents"),
        "clean_sentences_flagged_percent": percent(clean.counts, "clean_sentences"),
    }
    if "words" in parts:
        found |= {
            "word_precision": precision(spun.counts, "word"),
            "word_recall": recall(spun.counts, "word"),
            "word_f05": f_score(spun.counts, "word", 0.5),
            "span_recall": share(spun.counts, "span_words_flagged", "span_words"),
            "clean_words_flagged_percent": percent(clean.counts, "clean_words"),
            "phrases_flagged": share(spun.counts, "phrases_flagged", "phrases"),
        }
    if "edits" in parts:
        changed = share(clean.counts, "clean_words_changed", "clean_words")
        edits = share(clean.counts, "clean_edits", "clean_words")
        left = share(spun.counts, "distance_restored", "distance_spun")
        found |= {
            "restored_exactly": share(spun.counts, "pairs_restored", "pairs"),
            "edit_f05": f_score(spun.counts, "edit", 0.5),
            "damage_removed": None if left is None else 1 - left,
            "phrases_restored": share(spun.counts, "phrases_restored", "phrases"),
            "clean_edits_per_1000": None if edits is None else 1000 * edits,
            "clean_words_changed_per_1000": None if changed is None else 1000 * changed,
        }
        for kind in KEEPERS:
            found[f"{kind}_kept_percent"] = percent(spun.counts, kind, "kept")
            found[f"clean_{kind}_kept_percent"] = percent(clean.counts, kind, "kept")
    return found


def share(counts: Counter[str], part: str, whole: str) -> float | None:
    return counts[part] / counts[whole] if counts[whole] else None


def percent(counts: Counter[str], whole: str, part: str = "flagged") -> float | None:
    found = share(counts, f"{whole}_{part}", whole)
    return None if found is None else 100 * found


def precision(counts: Counter[str], kind: str) -> float | None:
    """`None` where nothing was flagged, or nothing could have been."""
    hits = counts[f"{kind}_tp"]
    flagged = hits + counts[f"{kind}_fp"]
    return hits / flagged if flagged else None


def recall(counts: Counter[str], kind: str) -> float | None:
    hits = counts[f"{kind}_tp"]
    wanted = hits + counts[f"{kind}_fn"]
    return hits / wanted if wanted else None


def f_score(counts: Counter[str], kind: str, beta: float) -> float | None:
    """F-beta; `None` where there is neither anything to find nor anything found."""
    hits, weight = counts[f"{kind}_tp"], beta * beta
    total = (1 + weight) * hits + counts[f"{kind}_fp"] + weight * counts[f"{kind}_fn"]
    return (1 + weight) * hits / total if total else None


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties counting half."""
    from sklearn.metrics import roc_auc_score

    if not positive or not negative:
        return None
    labels = [1] * len(positive) + [0] * len(negative)
    return float(roc_auc_score(labels, [*positive, *negative]))
