"""Spinner families, one module each; a new module in this folder is found by itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from unspin.training.spinners.registry import Spinner, families, make, register
from unspin.training.spinners.resources import Resources, named_resources

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["Resources", "Spinner", "families", "make", "named_resources", "register"]
