"""Sentences that carry a phrase: how the restoration of terms is measured where no text is given.

A list of tortured phrases says what each stands for and not where it stood. Set in a sentence of
ours, phrase and term become a pair like any other.
"""

from __future__ import annotations

import hashlib
import re

from unspin.model.errors import UnspinError

# No article stands before a phrase and no verb after it depends on its number, so that phrase and
# term fit alike whatever their first letter and their plural.
CARRIERS = (
    "This paper examines {} under conditions that earlier studies have ignored, and compares the "
    "outcome with results from three public data sets.",
    "Recent work has shown that {} can affect the final result far more than the choice of "
    "starting values.",
    "Section 4 explains how we handled {} and reports the error on the test set.",
    "{} received little attention until 2015, when the first large trials were published.",
    "Our experiments, which were repeated ten times, indicate that {} remained stable at all "
    "temperatures below 40 degrees.",
    "The method relies on {}, and its cost grows slowly with the size of the input.",
    "In contrast to previous approaches, the proposed system combines {} with a simple rule for "
    "rejecting outliers.",
    "A survey of 212 patients found no link between {} and the length of stay in hospital.",
    "For many purposes, such as {}, a faster and cheaper solution is still needed.",
    "Table 2 lists the values obtained for {} before and after the treatment.",
    "These findings suggest that {} should be studied in larger groups before any conclusion is "
    "drawn.",
    "Problems related to {} were first discussed in the 1990s and are still open today.",
)

_ASIDE = re.compile(r"\([^()]*\)")
_PLAIN = re.compile(r"[\w'’, -]*\w[\w'’, -]*")


def carry(phrase: str, term: str) -> tuple[str, str]:
    """A sentence with `phrase` in it, and the same with `term`; the phrase alone chooses which."""
    digest = hashlib.sha256(phrase.casefold().encode()).digest()
    carrier = CARRIERS[int.from_bytes(digest[:8], "big") % len(CARRIERS)]
    spun, clean = (carrier.format(words) for words in (phrase, term))
    return _capital(spun), _capital(clean)


def wording(listed: str) -> str:
    """The words of an entry of a list, without its asides: "quality of service (qos)".

    Raises `UnspinError` for what is a remark or a choice and not a wording ("feeding/fed into").
    """
    words = " ".join(_ASIDE.sub(" ", listed).split())
    if not _PLAIN.fullmatch(words):
        raise UnspinError(f"not a plain phrase: {listed!r}")
    return words


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
