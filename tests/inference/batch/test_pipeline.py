"""What becomes of a document, and that nothing beside it matters."""

from __future__ import annotations

import random

import pytest

from unspin import Model, UnspinError, load
from unspin.inference.batch.cache import ResultCache
from unspin.inference.batch.pipeline import Pipeline, PipelineOptions
from unspin.inference.batch.records import Document, Outcome, Problem, Reason, Status
from unspin.inference.results import Restoration
from unspin.model.settings import SHIPPED


def documents(texts: list[str]) -> list[Document]:
    return [Document(f"rows#{i}", "rows", i, text) for i, text in enumerate(texts)]


def in_batches(pipeline: Pipeline, chosen: list[Document], size: int) -> dict[str, Outcome]:
    found = [o for i in range(0, len(chosen), size) for o in pipeline.run(chosen[i : i + size])]
    return {outcome.document.key: outcome for outcome in found}


def test_restores_only_what_is_damaged(model: Model, texts: list[str]) -> None:
    outcomes = Pipeline(model, PipelineOptions()).run(documents(texts[:10]))
    for text, outcome in zip(texts, outcomes, strict=False):
        if "Stadtrat" in text:
            assert (outcome.status, outcome.result) == (Status.SKIPPED, None)
            assert outcome.problem == Problem(Reason.NOT_ENGLISH, "the language is de")
        else:
            assert outcome.result == model.restore(text)
            damaged = "arsenic" in text
            assert outcome.status is (Status.RESTORED if damaged else Status.UNCHANGED)


def test_the_task_is_to_score(model: Model, texts: list[str]) -> None:
    [outcome] = Pipeline(model, PipelineOptions("score", "precise")).run(documents(texts[1:2]))
    assert outcome.result == model.score(texts[1], "precise")
    assert outcome.status is Status.UNCHANGED


def test_limits_and_problems_are_told(model: Model) -> None:
    pipeline = Pipeline(model, PipelineOptions(min_chars=3, max_chars=20))
    given = documents(["ab", "long " * 10, "... !!"])
    problems = [Problem(Reason.NO_ARTICLE, "none"), Problem(Reason.TIMEOUT, "10 s")]
    given += [Document(f"x#{i}", "x", i, problem=p) for i, p in enumerate(problems)]
    outcomes = pipeline.run(given)
    assert [(o.status, o.problem and o.problem.reason) for o in outcomes] == [
        (Status.SKIPPED, Reason.TOO_SHORT),
        (Status.SKIPPED, Reason.TOO_LONG),
        (Status.SKIPPED, Reason.NO_WORDS),
        (Status.SKIPPED, Reason.NO_ARTICLE),
        (Status.ERROR, Reason.TIMEOUT),
    ]


def test_any_language_is_read_if_asked_for(model: Model, texts: list[str]) -> None:
    [outcome] = Pipeline(model, PipelineOptions(any_language=True)).run(documents(texts[4:5]))
    assert outcome.result == model.restore(texts[4])


@pytest.mark.parametrize("threads", [1, 2])
def test_batches_order_threads_and_cache_change_nothing(
    model: Model, texts: list[str], threads: int
) -> None:
    given = documents(texts[:16] + texts[:6])
    expected = in_batches(Pipeline(model, PipelineOptions(), ResultCache(0)), given, 1)
    other = load(threads=threads)
    for size, cache in ((1, ResultCache(300)), (8, ResultCache()), (64, ResultCache(0))):
        random.Random(size).shuffle(given)
        assert in_batches(Pipeline(other, PipelineOptions(), cache), given, size) == expected


class Fragile(Model):
    """Breaks down over one text, as no model should."""

    def restore(self, text, mode="balanced", **options):  # type: ignore[no-untyped-def, override]
        if any("case 2 " in one for one in text):
            raise ZeroDivisionError("division\nby zero")
        return super().restore(text, mode, **options)


def test_a_text_that_brings_the_model_down_harms_no_other(model: Model, texts: list[str]) -> None:
    fragile = Fragile(SHIPPED)
    outcomes = Pipeline(fragile, PipelineOptions()).run(documents(texts[:8]))
    [failed] = [o for o in outcomes if o.status is Status.ERROR]
    assert failed.document.key == "rows#2"
    assert failed.problem == Problem(Reason.FAILED, "ZeroDivisionError: division")
    assert sum(isinstance(o.result, Restoration) for o in outcomes) == 6


def test_an_unknown_mode_is_no_documents_fault(model: Model, texts: list[str]) -> None:
    with pytest.raises(UnspinError, match="no mode"):
        Pipeline(model, PipelineOptions(mode="mild")).run(documents(texts[:1]))


def test_the_cache_forgets_what_was_asked_for_longest_ago(model: Model) -> None:
    cache = ResultCache(characters=12)
    one, two, three = model.score(["One.", "Two.", "Three."])
    for result in (one, two):
        cache.put(result)
    assert cache.get("One.") is one
    cache.put(three)
    assert (cache.get("One."), cache.get("Two."), cache.get("Three.")) == (one, None, three)
