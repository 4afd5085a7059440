from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin import Restoration, RestoredEdit, SentenceScore, WordScore
from unspin.model.splice import Edit, deletion_span, splice
from unspin.training.metrics import Tally, auroc, f_score, figures, tally
from unspin.training.readers import Example, Span, example
from unspin.training.truth import Truth, changes_made, clean_side, parts, source_words, truth

SPUN = "Officials will question to Lima connected Friday.\nThe particular person said nothing."
CLEAN = "Officials will travel to Lima on Friday.\nThe man said nothing."
DOCUMENT = example({"spun": SPUN, "clean": CLEAN})
SENTENCES = ((0, 49), (50, len(SPUN)))


def result(
    text: str,
    edits: dict[str, str] | None = None,
    flagged: tuple[str, ...] = (),
    sentences: tuple[tuple[int, int, float], ...] = (),
    score: float = 0.0,
) -> Restoration:
    """A result that turns each key of `edits`, found in `text`, into its value."""
    made = []
    for original, replacement in (edits or {}).items():
        start = text.index(original)
        made.append(RestoredEdit(start, start + len(original), original, replacement, 0.9, 0.9))
    made.sort(key=lambda edit: edit.start)
    return Restoration(
        status="ok",
        reason=None,
        text=text,
        score=score,
        spun=score >= 0.5,
        sentences=tuple(SentenceScore(a, b, p, p >= 0.5) for a, b, p in sentences),
        words=tuple(
            WordScore(word.start, word.end, 0.9)
            for word in source_words(text)
            if word.text in flagged
        ),
        restored=splice(text, [Edit(e.start, e.end, e.original, e.replacement) for e in made]),
        edits=tuple(made),
    )


def measured(document: Example, found: Restoration) -> dict[str, float | None]:
    return figures(tally(truth(document), found), Tally(), Tally())


def test_the_truth_of_a_pair() -> None:
    known = truth(DOCUMENT)
    damaged = [known.words[i].text for i in sorted(known.damaged)]
    assert damaged == ["question", "connected", "particular", "person"]
    assert {known.words[i].text: was for i, was in known.pairs.items()} == {
        "question": "travel",
        "connected": "on",
    }
    assert all(SPUN[w.start : w.end] == w.text for w in known.words)


def test_words_precision_recall_and_f() -> None:
    figure = measured(DOCUMENT, result(SPUN, flagged=("question", "connected", "Lima")))
    assert figure["word_precision"] == pytest.approx(2 / 3)
    assert figure["word_recall"] == pytest.approx(2 / 4)
    assert figure["word_f05"] == pytest.approx(1.25 * 2 / (1.25 * 2 + 1 + 0.25 * 2))


def test_a_perfect_restoration() -> None:
    edits = {"question": "travel", "connected": "ON", "particular person": "man"}
    figure = measured(DOCUMENT, result(SPUN, edits))
    assert figure["restored_exactly"] == figure["edit_f05"] == figure["damage_removed"] == 1.0


def test_no_restoration_removes_nothing() -> None:
    figure = measured(DOCUMENT, result(SPUN))
    assert figure["restored_exactly"] == figure["edit_f05"] == figure["damage_removed"] == 0.0
    assert figure["word_precision"] is None and figure["word_recall"] == 0.0


def test_a_partial_and_a_harmful_restoration() -> None:
    figure = measured(DOCUMENT, result(SPUN, {"question": "travel", "connected": "for"}))
    assert figure["restored_exactly"] == 0.5
    # 1 of 2 edits is right, 1 of 3 reference edits is found.
    assert figure["edit_f05"] == pytest.approx(1.25 / (1.25 + 1 + 0.25 * 2))
    # Four words apart (a substitution of two by one costs two), three afterwards.
    assert figure["damage_removed"] == pytest.approx(1 - 3 / 4)
    worse = measured(DOCUMENT, result(SPUN, {"Officials": "Some men", "nothing": "much"}))
    assert worse["damage_removed"] == pytest.approx(1 - 7 / 4)


@pytest.mark.parametrize(
    ("edits", "whole"),
    [
        ({"sunlight based board": "solar panel"}, 1.0),
        ({"sunlight": "solar", "based board": "Panel"}, 1.0),
        ({"uses sunlight based board": "uses solar panel"}, 1.0),
        ({"sunlight based board": "solar panels"}, 0.0),
        ({"sunlight": "solar", "board": "panel"}, 0.0),
        ({"uses sunlight based board": "needs solar panel"}, 0.0),
        ({"sunlight based board": "solar panel", "cheap": "new"}, 1.0),
        ({}, 0.0),
    ],
)
def test_a_phrase_is_restored_whole_or_not(edits: dict[str, str], whole: float) -> None:
    spun = "A cheap house uses sunlight based board at night."
    clean = spun.replace("sunlight based board", "solar panel")
    document = Example("1", None, (spun,), True, (clean,), (PHRASE,))
    figure = measured(document, result(spun, edits))
    assert (figure["phrases"], figure["phrases_restored"]) == (1, whole)
    # The same where the original of the text is not known.
    unknown = measured(Example("1", None, (spun,), True, None, (PHRASE,)), result(spun, edits))
    assert unknown["phrases_restored"] == whole


def test_a_phrase_is_found_when_one_of_its_words_is() -> None:
    document = Example("1", None, ("We use sunlight based board.",), True, None, (PHRASE,))
    for flagged, share in ((("based",), 1.0), (("use",), 0.0)):
        figure = measured(document, result(document.text, flagged=flagged))
        assert figure["phrases_flagged"] == share


def test_one_edit_of_several_words_falls_into_its_parts() -> None:
    spun, clean = "He besides said the dwelling fell.", "He also said the house fell."
    document = example({"spun": spun, "clean": clean})
    wide = {"besides said the dwelling": "also said the house"}
    assert measured(document, result(spun, wide))["restored_exactly"] == 1.0
    assert measured(document, result(spun, wide))["edit_f05"] == 1.0


def test_an_edit_inside_a_word_counts_for_the_whole_word() -> None:
    known = truth(example({"spun": "They negociate.", "clean": "They negotiate."}))
    figure = figures(tally(known, result(known.text, {"c": "t"})), Tally(), Tally())
    assert figure["restored_exactly"] == 1.0


PHRASE = Span(0, "sunlight based board", "solar panel")
WORDS = st.lists(
    st.sampled_from(["on", "at", "the", "dog", "house", "ran", "Lima", "said"]), max_size=8
)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3))
def test_the_reference_edits_count_as_themselves(lines: list[tuple[list[str], list[str]]]) -> None:
    spun = tuple(" ".join(words) for words, _ in lines)
    clean = tuple(" ".join(words) for _, words in lines)
    known = truth(Example("1", None, spun, True, clean))
    wanted = {change for change in known.changes if change[0] < change[1]}  # all but insertions
    edits = []
    for first, last, written in sorted(wanted):
        start, end = known.words[first].start, known.words[last - 1].end
        if not written:
            start, end = deletion_span(known.text, start, end)
        edits.append(Edit(start, end, known.text[start:end], " ".join(written)))
    assert changes_made(known.text, known.words, edits, known.changes) == wanted


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_the_parts_of_a_document_hold_what_it_holds(pairs: list[tuple[list[str], ...]]) -> None:
    lines = [[" ".join([*words, "Friday."]).capitalize() for words in pair] for pair in pairs]
    spun, clean = ("\n".join(line[side] for line in lines).split("\n") for side in (0, 1))
    whole = truth(Example("1", None, tuple(spun), True, tuple(clean)))
    found = list(parts(whole))
    assert len(found) == len(lines)
    assert sum(len(one.damaged) for one in found) == len(whole.damaged)
    assert sum(len(one.changes) for one in found) == len(whole.changes)
    assert [word for one in found for word in one.clean or ()] == list(whole.clean or ())
    for one in found:
        assert all(one.text[w.start : w.end] == w.text for w in one.words)
        assert one.pairs.keys() <= one.damaged


@given(WORDS, WORDS)
def test_damage_lies_in_the_text_and_pairs_are_damage(spun: list[str], clean: list[str]) -> None:
    known = truth(Example("1", None, (" ".join(spun),), True, (" ".join(clean),)))
    assert known.damaged <= set(range(len(known.words)))
    assert known.pairs.keys() <= known.damaged
    kept = [word for i, word in enumerate(spun) if i not in known.damaged]
    rest = iter(clean)
    assert all(word in rest for word in kept)  # a subsequence of the original


def test_sentence_figures_use_both_sides_of_a_pair_and_the_reference() -> None:
    spun = tally(
        truth(DOCUMENT),
        result(SPUN, sentences=tuple((*s, p) for s, p in zip(SENTENCES, (0.9, 0.4), strict=True))),
    )
    clean = tally(
        clean_side(DOCUMENT),
        result(CLEAN, sentences=((0, 40, 0.6), (41, len(CLEAN), 0.1)), score=0.7),
    )
    news = truth(example({"text": "It rained. Nobody came."}))
    reference = tally(news, result(news.text, sentences=((0, 10, 0.2), (11, 23, 0.5)), score=0.1))
    figure = figures(spun, clean, reference)
    assert figure["sentence_auroc"] == pytest.approx(3 / 4)
    assert figure["sentence_f1"] == pytest.approx(2 / (2 + 1 + 1))
    assert figure["document_auroc"] == 0.0
    assert figure["clean_sentences_flagged_percent"] == 50.0
    assert figure["clean_documents_flagged_percent"] == 100.0
    assert figure["spun_documents_flagged_percent"] == 0.0


def test_clean_words_changed() -> None:
    known = clean_side(DOCUMENT)
    found = result(CLEAN, {"The man": "A person", "nothing": ""}, flagged=("man",))
    figure = figures(Tally(), tally(known, found), Tally())
    assert figure["clean_words_changed_per_1000"] == pytest.approx(3000 / len(known.words))
    assert figure["clean_words_flagged_percent"] == pytest.approx(100 / len(known.words))
    assert figure["restored_exactly"] is None and figure["sentence_f1"] is None


def test_spans_measure_recall_and_nothing_else() -> None:
    lines = ["More counterfeit news came.", "Some counterfeit news came."]
    span = {"line": 2, "spun_phrase": "Counterfeit news", "likely_original": "fake news"}
    document = example({"spun": lines, "clean": None, "spans": [span]})
    known = truth(document)
    assert [known.words[i].start for i in known.damaged] == [len(lines[0]) + 6]
    text = document.text
    scores = ((0, 27, 0.1), (28, len(text), 0.8))
    figure = measured(document, result(text, flagged=("counterfeit", "came"), sentences=scores))
    assert figure["span_recall"] == 1.0
    assert {figure[name] for name in ("word_precision", "word_recall", "sentence_f1")} == {None}
    assert {figure[name] for name in ("restored_exactly", "edit_f05", "damage_removed")} == {None}


def test_keepers_are_found_and_checked() -> None:
    text = (
        'On Friday Ann Noem met 25 people in Lima. "We will question there," I said, '
        "see https://example.org/a for it.\nMexico City Council Names New Police Chief."
    )
    known = truth(example({"text": text}))
    kept = {kind: [text[a:b] for a, b in spans] for kind, spans in known.keepers.items()}
    assert kept == {
        "names": ["Friday", "Ann", "Noem", "Lima"],
        "numbers": ["25"],
        "urls": ["https://example.org/a"],
        "quotations": ['"We will question there,"'],
    }
    figure = figures(Tally(), tally(known, result(text, {"Ann": "An", "will": "may"})), Tally())
    assert figure["clean_names_kept_percent"] == 75.0
    assert figure["clean_numbers_kept_percent"] == 100.0
    assert figure["clean_quotations_kept_percent"] == 0.0


def test_a_capital_behind_a_dash_is_no_name_and_one_behind_a_hyphen_is() -> None:
    text = "In Lima (Post) - Some men of Anna-Lena met them."
    names = truth(example({"text": text})).keepers["names"]
    assert [text[a:b] for a, b in names] == ["Lima", "Anna", "Lena"]


def test_what_a_spinner_damaged_need_not_be_kept() -> None:
    spun = 'Judge Invoice said "he is successful Lima" and left.'
    clean = 'Judge Bill said "he is in Lima" and left.'
    keepers = truth(example({"spun": spun, "clean": clean})).keepers
    assert [spun[a:b] for a, b in keepers["names"]] == ["Lima"]
    assert keepers["quotations"] == []


def test_a_predictor_without_edits_has_no_restoration_figures() -> None:
    known, found = truth(DOCUMENT), result(SPUN)
    names = figures(tally(known, found), Tally(), Tally(), parts={"words"})
    assert "word_recall" in names and "restored_exactly" not in names
    assert "word_recall" not in figures(tally(known, found), Tally(), Tally(), parts=())


SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12)


@given(SCORES, SCORES)
def test_auroc_is_the_chance_of_the_right_order(high: list[float], low: list[float]) -> None:
    wins = sum((a > b) + 0.5 * (a == b) for a, b in product(high, low))
    assert auroc(high, low) == pytest.approx(wins / (len(high) * len(low)))


COUNT = st.integers(0, 50)


@given(COUNT, COUNT, COUNT, st.sampled_from([0.5, 1.0]))
def test_f_lies_between_precision_and_recall(tp: int, fp: int, fn: int, beta: float) -> None:
    counts = Tally().counts
    counts.update(x_tp=tp, x_fp=fp, x_fn=fn)
    found = f_score(counts, "x", beta)
    if tp + fp + fn == 0:
        assert found is None
    elif tp == 0:
        assert found == 0.0
    else:
        sides = sorted((tp / (tp + fp), tp / (tp + fn)))
        assert found is not None and sides[0] - 1e-9 <= found <= sides[1] + 1e-9


def test_tallies_add_up() -> None:
    one = tally(truth(DOCUMENT), result(SPUN, flagged=("question",)))
    twice = Tally()
    twice.add(one)
    twice.add(one)
    assert twice.counts["word_tp"] == 2 and len(twice.documents) == 2
    assert figures(twice, Tally(), Tally())["word_recall"] == 0.25


def test_truth_of_text_that_is_only_labelled() -> None:
    known: Truth = truth(example({"text": "Words of some spinner.", "label": 1}))
    assert known.spun and not known.known and not known.damaged
