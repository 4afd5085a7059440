"""The shipped model, loaded once."""

from __future__ import annotations

import pytest
from hypothesis import settings

from unspin import Model, load

settings.register_profile("unspin", deadline=None)  # a busy machine is no failure
settings.load_profile("unspin")


@pytest.fixture(scope="session")
def model() -> Model:
    return load()
