"""`SpinDetector` is a classifier as scikit-learn has them, of texts."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_array

from unspin import Model, SpinDetector, UnspinError
from unspin.inference.adapters import shared

SPUN = [
    "The travel comes arsenic Mexico has worked to debar tariff threats.",
    "He volition question to the commission connected Friday, his bureau said.",
    "The assemblage volition ballot connected the measurement adjacent week.",
    "Officials whitethorn sermon the woody astatine a gathering successful June.",
    "The institution has sold much cars than immoderate different shaper.",
    "Scientists recovered h2o nether the aboveground of the planet.",
]
CLEAN = [
    "The trip comes as Mexico has worked to avoid tariff threats.",
    "He will travel to the commission on Friday, his office said.",
    "The council will vote on the measure next week.",
    "Officials may discuss the deal at a meeting in June.",
    "The company has sold more cars than any other maker.",
    "Scientists found water under the surface of the planet.",
]
TEXTS, LABELS = SPUN + CLEAN, ["spun"] * 6 + ["clean"] * 6


@pytest.fixture(scope="module")
def fitted() -> SpinDetector:
    return SpinDetector().fit(TEXTS, LABELS)


def test_it_learns_from_labels_and_tells_new_texts_apart(fitted: SpinDetector) -> None:
    new = ["She volition wage the measure connected Monday.", "She will pay the bill on Monday."]
    assert fitted.classes_.tolist() == ["clean", "spun"]
    assert fitted.predict(new).tolist() == ["spun", "clean"]
    probabilities = fitted.predict_proba(new)
    assert probabilities.shape == (2, 2)
    assert np.allclose(probabilities.sum(1), 1)
    assert (fitted.decision_function(new) > 0).tolist() == [True, False]


def test_what_it_fits_is_the_score_of_the_model(fitted: SpinDetector, model: Model) -> None:
    scores = np.array([result.score for result in model.score(TEXTS)])
    order = np.argsort(scores)
    assert (np.diff(fitted.predict_proba(TEXTS)[order, 1]) >= 0).all()


def test_the_users_labels_decide() -> None:
    """Where the line lies, and what lies on which side of it, is the user's."""
    upside_down = SpinDetector().fit(TEXTS, [0] * 6 + [1] * 6)
    assert upside_down.predict([SPUN[1], CLEAN[1]]).tolist() == [0, 1]
    half = [spun[: len(spun) // 2] + clean[len(clean) // 2 :] for spun, clean in zip(SPUN, CLEAN)]  # noqa: B905
    three = SpinDetector().fit(TEXTS + half, [2] * 6 + [0] * 6 + [1] * 6)
    assert three.predict_proba(half).shape == (6, 3)


def test_texts_come_in_every_usual_container(fitted: SpinDetector) -> None:
    expected = fitted.predict_proba(TEXTS)
    for texts in (tuple(TEXTS), np.array(TEXTS), np.array(TEXTS, object), pd.Series(TEXTS)):
        assert np.array_equal(fitted.predict_proba(texts), expected)


def test_a_text_without_words_is_not_spun(fitted: SpinDetector) -> None:
    assert fitted.predict(["", "...", "\ud800"]).tolist() == ["clean"] * 3


def test_it_works_in_a_pipeline_and_in_cross_validation() -> None:
    lines = FunctionTransformer(lambda rows: [row.strip() for row in rows])
    pipeline = make_pipeline(lines, SpinDetector())
    padded = [f"  {text}\n" for text in TEXTS]
    assert cross_val_score(pipeline, padded, LABELS, cv=3).mean() > 0.8
    search = GridSearchCV(SpinDetector(), {"C": [0.1, 1.0]}, cv=2).fit(TEXTS, LABELS)
    assert search.best_score_ > 0.8


def test_cross_validation_reads_every_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    score = Model.score

    def counting(self: Model, text: Any, *arguments: Any) -> Any:
        read.extend(text)
        return score(self, text, *arguments)

    monkeypatch.setattr(Model, "score", counting)
    texts = [f"{text} It is number {i}." for i, text in enumerate(TEXTS)]
    cross_val_score(SpinDetector(), texts + texts, LABELS + LABELS, cv=4)
    assert sorted(read) == sorted(texts)


def test_it_copies_and_pickles_without_the_weights(fitted: SpinDetector) -> None:
    data = pickle.dumps(fitted)
    assert len(data) < 5_000
    assert np.array_equal(pickle.loads(data).predict_proba(TEXTS), fitted.predict_proba(TEXTS))
    with pytest.raises(NotFittedError, match=r"call fit, or use unspin\.load"):
        clone(fitted).predict(TEXTS)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one text", "a list or a column of texts, not str"),
        (pd.DataFrame({"text": TEXTS}), "not 2 dimensions"),
        (["one", None], "row 1 is not a text but NoneType"),
        (pd.Series(["one", float("nan")]), "row 1 is not a text but float"),
    ],
)
def test_what_is_no_text_is_named(fitted: SpinDetector, texts: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        fitted.predict(texts)
    with pytest.raises(TypeError, match=message):
        SpinDetector().fit(texts, ["a", "b"])


def test_a_model_that_is_not_there_is_named(tmp_path: Any) -> None:
    with pytest.raises(UnspinError, match=r"no model in .*settings\.json is missing"):
        SpinDetector(model=tmp_path).fit(TEXTS, LABELS)


def test_a_model_is_loaded_once_for_all() -> None:
    assert shared.shared_model() is shared.shared_model(None, None)


# scikit-learn's own checks feed tables of numbers. Of an estimator of texts it checks nothing, so
# this one takes numbers for what reading gives, and all that is done with them is checked.
class OfNumbers(SpinDetector):
    def _read(self, X: Any) -> Any:
        return check_array(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.one_d_array = tags.input_tags.string = False
        return tags


# A text has no number of features that could differ between fit and predict.
WITHOUT_FEATURES = {
    "check_n_features_in": "texts have no features to count",
    "check_n_features_in_after_fitting": "texts have no features to count",
}


def test_scikit_learn_knows_that_it_takes_texts() -> None:
    with pytest.warns(SkipTestWarning, match="string=True"):
        (only,) = check_estimator(SpinDetector())
    assert (only["check_name"], only["status"]) == ("check_estimator_cloneable", "passed")


@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_checks_it() -> None:
    results = check_estimator(OfNumbers(), on_fail=None, expected_failed_checks=WITHOUT_FEATURES)
    status = {result["check_name"]: result["status"] for result in results}
    failed = {
        result["check_name"]: result["exception"]
        for result in results
        if result["status"] == "failed"
    }
    assert failed == {}
    assert {name for name, one in status.items() if one == "xfail"} == WITHOUT_FEATURES.keys()
    assert len(status) > 40
