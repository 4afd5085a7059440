from __future__ import annotations

import pytest

from unspin.inference.language import reason_to_skip


@pytest.mark.parametrize("tag", ["en", "EN", "en-GB", "en_US", "eng", "English", " en "])
def test_english_is_read(tag: str) -> None:
    assert reason_to_skip(tag) is None


@pytest.mark.parametrize("tag", ["de", "fr-CA", "enm", "", "zh"])
def test_other_languages_are_skipped_with_a_reason(tag: str) -> None:
    reason = reason_to_skip(tag)
    assert reason is not None
    assert repr(tag) in reason
