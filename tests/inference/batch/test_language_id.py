"""Which texts are skipped for their language, and that spun English never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.inference.batch.language_id import other_language

FOREIGN = {
    "de": "Der Stadtrat hat beschlossen, die alte Brücke im kommenden Jahr zu erneuern, und die "
    "Händler befürchten, dass in dieser Zeit viele Kunden ausbleiben werden, weil der Verkehr "
    "über die Umgehung geleitet wird.",
    "fr": "Le conseil a décidé de rénover le vieux pont l'année prochaine, et les commerçants "
    "craignent que beaucoup de clients ne viennent plus chez eux pendant les travaux, car la "
    "circulation sera détournée par le nord.",
    "es": "El ayuntamiento decidió renovar el viejo puente el próximo año, y los comerciantes "
    "temen que muchos clientes dejen de venir durante las obras, porque el tráfico se desviará "
    "por el norte de la ciudad.",
    "ru": "Городской совет решил обновить старый мост в следующем году, и торговцы опасаются, "
    "что многие покупатели в это время не придут, потому что движение пойдёт в объезд.",
    "zh": "市议会决定明年全面翻修这座旧桥。施工期间交通将改走城市北部的绕行道路，"
    "店主们担心在这段时间里许多顾客不会再来。居民们希望工程能够尽快完成，以便恢复正常的生活，也希望市政府给予补助。",
}

# Hardly a word of these is the one that was meant.
HEAVY = [
    "The authorities division pronounced connected Weekday that it volition debar totally "
    "imports of steel astatine the extremity of the period, helium aforesaid, while the opposite "
    "portion of the law corpse indium determination custody of the tribunal arsenic before.",
    "Counterfeit consciousness frameworks bunch colossal information volumes utilising profound "
    "neural organisations, whereby irregular timberland classifiers beat gullible Bayes and "
    "bolster vector machines on sign to commotion proportion appraisals.",
    "Invoice Gates, the particular person behind the agency, acknowledged folks are taking "
    "pictures in response to legislation enforcement, including that the firm has zero.three "
    "p.c extra staff than ultimate yr and wont halt hiring anytime quickly.",
]


@pytest.mark.parametrize("language", FOREIGN)
def test_other_languages_are_known(language: str) -> None:
    assert other_language(FOREIGN[language]) == language
    assert other_language(FOREIGN[language] * 100) == language


@pytest.mark.parametrize("spun", HEAVY)
def test_heavily_spun_english_is_english(spun: str) -> None:
    assert other_language(spun) is None
    assert other_language(spun.lower()) is None
    assert other_language(spun * 30) is None


def test_every_passage_of_the_seeds_is_english(seed_spun: str, seed_clean: str) -> None:
    for text in (seed_spun, seed_clean):
        for start in range(0, len(text), 50):
            assert other_language(text[start : start + 250]) is None


def test_a_short_text_is_never_told(seed_spun: str) -> None:
    assert other_language("Der Stadtrat hat beschlossen, die alte Brücke zu erneuern.") is None
    assert other_language("") is None


def test_the_larger_part_of_a_text_decides(seed_clean: str) -> None:
    assert other_language(FOREIGN["de"] + seed_clean) is None
    assert other_language(seed_clean[:300] + FOREIGN["de"] * 10) == "de"


def test_figures_and_code_are_no_language() -> None:
    for text in ("12.5 | 13.4 | 2021-02-03\n" * 50, "x = f(y)[0] + 1;\n" * 50, "=" * 1000):
        assert other_language(text) is None


@given(st.text(max_size=3000))
def test_any_text_gets_an_answer(text: str) -> None:
    assert other_language(text) is None or len(text.encode("utf-8", "replace")) >= 200
