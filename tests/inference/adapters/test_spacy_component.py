"""The pipeline component marks what the model finds, and its documents can be saved."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from unspin import Model, UnspinError

SPUN = "The travel comes arsenic Mexico has worked to debar tariff threats. It whitethorn fail."
CLEAN = "The trip comes as Mexico has worked to avoid tariff threats. It may fail."


@pytest.fixture(scope="module")
def nlp() -> Language:
    found = spacy.blank("en")
    found.add_pipe("sentencizer")
    found.add_pipe("unspin", config={"mode": "thorough"})
    return found


def spans(doc: Doc) -> list[tuple[str, str, float]]:
    return [(span.text, span.label_, span._.unspin_score) for span in doc.spans["unspin"]]


def test_a_document_says_what_the_model_says(nlp: Language, model: Model) -> None:
    doc = nlp(SPUN)
    expected = model.restore(SPUN, "thorough")
    assert doc._.unspin == expected.to_dict()
    assert doc._.unspin_score == pytest.approx(expected.score, abs=1e-4)
    assert doc._.unspin_restored == expected.restored != SPUN
    marked = {span.text: span for span in doc.spans["unspin"]}
    (edit,) = marked["arsenic"]._.unspin_edits
    assert (edit["replacement"], edit["start"]) == ("as", SPUN.index("arsenic"))
    assert marked["arsenic"].label_ == "SPUN"
    scores = {w["start"]: w["score"] for w in doc._.unspin["words"]}
    assert marked["arsenic"]._.unspin_score == scores[SPUN.index("arsenic")]
    assert edit["alternatives"] == [
        alternative.to_dict()
        for found in expected.edits
        for alternative in found.alternatives
        if found.original == "arsenic"
    ]


def test_any_span_and_token_knows_what_touches_it(nlp: Language) -> None:
    doc = nlp(SPUN)
    first, second = doc.sents
    assert [e["original"] for e in second._.unspin_edits] == ["whitethorn"]
    assert first._.unspin_edits + second._.unspin_edits == doc._.unspin["edits"]
    scores = {token.text: token._.unspin_score for token in doc}
    assert scores["whitethorn"] > 0.3 and scores["Mexico"] == 0.0


def test_batches_and_processes_change_nothing(nlp: Language) -> None:
    texts = [SPUN, CLEAN, "", SPUN + "\n\n" + CLEAN, "😀 " + SPUN]
    alone = [nlp(text) for text in texts]
    for size, processes in ((1, 1), (2, 1), (3, 2)):
        docs = list(nlp.pipe(texts, batch_size=size, n_process=processes))
        assert [doc._.unspin for doc in docs] == [doc._.unspin for doc in alone]
        assert [spans(doc) for doc in docs] == [spans(doc) for doc in alone]
    assert (alone[2]._.unspin["status"], spans(alone[2])) == ("skipped", [])


layouts = st.text(st.sampled_from(list(" \n\t\u00a0\u200b.,'’-/()é😀中")), max_size=4)
words = st.sampled_from(["volition", "arsenic", "connected", "whitethorn", "don’t", "U.S.", "the"])


@settings(max_examples=40)
@given(st.lists(st.tuples(words, layouts)).map(lambda parts: "".join(a + b for a, b in parts)))
def test_spans_cover_what_was_found(nlp: Language, text: str) -> None:
    doc = nlp(text)
    found = list(doc.spans["unspin"])
    ranges = [(one["start"], one["end"]) for one in doc._.unspin.get("words", [])]
    for start, end in ranges:
        assert any(span.start_char <= start and end <= span.end_char for span in found)
    for span in found:
        assert any(start < span.end_char and span.start_char < end for start, end in ranges)
        assert span.text == span.text.strip()
        assert span._.unspin_score > 0
    assert all(one.start <= other.start for one, other in pairwise(found))
    assert len({(span.start, span.end) for span in found}) == len(found)


def test_documents_can_be_saved(nlp: Language) -> None:
    doc = nlp(SPUN)
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    (boxed,) = DocBin(["LEMMA"], store_user_data=True, docs=[doc]).get_docs(nlp.vocab)
    for one in (again, boxed):
        assert json.dumps(one._.unspin) == json.dumps(doc._.unspin)  # lists come back as tuples
        assert one._.unspin_restored == doc._.unspin_restored
        assert spans(one) == spans(doc)


def test_a_saved_pipeline_is_loaded_by_name_alone(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "pipeline")
    code = (
        "import sys, spacy; nlp = spacy.load(sys.argv[1]);"
        "print(nlp.get_pipe('unspin').mode, nlp(sys.argv[2])._.unspin_restored)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "pipeline", SPUN],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == f"thorough {nlp(SPUN)._.unspin_restored}"


def test_scores_alone_take_no_decoder() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("unspin", config={"restore": False, "spans_key": "damage"})
    doc = nlp(SPUN)
    assert doc._.unspin_score > 0.5 and doc._.unspin_restored is None
    assert "arsenic" in [span.text for span in doc.spans["damage"]]
    assert all(span._.unspin_edits == [] for span in doc.spans["damage"])


def test_other_languages_are_skipped() -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("unspin")
    doc = nlp(SPUN)
    assert doc._.unspin["status"] == "skipped" and "'de'" in doc._.unspin["reason"]
    assert (doc._.unspin_score, doc._.unspin_restored) == (0.0, SPUN)
    nlp = spacy.blank("xx")
    nlp.add_pipe("unspin", config={"language": "en"})
    assert nlp(SPUN)._.unspin["status"] == "ok"


def test_a_document_that_was_not_read_says_nothing(nlp: Language) -> None:
    doc = nlp.make_doc(SPUN)
    assert (doc._.unspin, doc._.unspin_score, doc._.unspin_restored) == (None, None, None)
    assert (doc[3]._.unspin_score, doc[:2]._.unspin_edits) == (0.0, [])


@pytest.mark.parametrize("config", [{"mode": "bold"}, {"model": "no/such/folder"}])
def test_what_is_not_there_is_named_when_the_component_is_added(config: dict[str, str]) -> None:
    with pytest.raises(UnspinError, match=r"no mode 'bold'|settings\.json is missing"):
        spacy.blank("en").add_pipe("unspin", config=config)
