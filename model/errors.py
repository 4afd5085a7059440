"""The base of every error a user can cause."""

from __future__ import annotations


class UnspinError(Exception):
    """Something a user can mend; its message is one line that says how."""
