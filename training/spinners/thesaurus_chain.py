"""Family A: a deterministic MyThes spinner that replaces whole lower-case tokens.

Tokens are what lies between white space; one with a capital, an apostrophe or punctuation stays.
The thesaurus is applied one key after another in reverse alphabetical order, so that a result
that is itself a later key is replaced again: there > location > determination.
"""

from __future__ import annotations

import random
import re

from unspin.training.spinners.lookup import Match, merge, thin_keys, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, Table, shipped, union

TOKEN = re.compile(r"(?<!\S)[a-z]+(?!\S)")


def tokens(text: str, table: Table) -> list[Match]:
    """The white-space tokens of a passage that are lower-case letters only and in `table`."""
    return [
        Match(m.start(), m.end(), m.group(), table[m.group()])
        for m in TOKEN.finditer(text)
        if m.group() in table
    ]


def chain_table(thesaurus: Table) -> Table:
    """The rule's outcome for every single-word key of a thesaurus."""
    first: dict[str, str] = {}
    for key, items in thesaurus.items():
        item = next((i for i in items if " " not in i), None)
        if item and " " not in key:
            first[key] = item.lower()
    made: Table = {}
    for key in first:
        now, seen = key, {key}
        while now in first and first[now] not in seen:
            before, now = now, first[now]
            seen.add(now)
            if now > before:  # its own turn is already over
                break
        made[key] = [now]
    return made


@register("thesaurus_chain")
class ThesaurusChain:
    """The known pairs, and the rule for other words; each passage's spinner knows part of both."""

    name: str

    def __init__(self, resources: Resources) -> None:
        from wordfreq import top_n_list

        self.known = union(shipped("a"), shipped("a_more"))
        self.rule = chain_table(resources.thesaurus)
        for word in [*self.known, *top_n_list("en", 120)]:  # this spinner leaves the rest alone
            self.rule.pop(word, None)

    def spin(self, text: str, rng: random.Random) -> str:
        keep = 1 - 0.5 * rng.random() ** 2
        known = thin_keys(tokens(text, self.known), keep, rng)
        rule = thin_keys(tokens(text, self.rule), keep * rng.random() * 0.8, rng)
        return write(text, merge(known, rule), rng, consistent=True)
