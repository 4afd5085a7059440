"""Libraries of the extras for a batch, loaded when they are first needed."""

from __future__ import annotations

import importlib
from typing import Any

from unspin.model.errors import UnspinError


def need(module: str, extra: str = "batch") -> Any:
    """The module of that name. Raises `UnspinError` if its library is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name = module.split(".")[0]
        raise UnspinError(f"{name} is not installed: pip install 'unspin[{extra}]'") from error
