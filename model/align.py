"""Word alignment of a spun text with the clean one it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

_STRAIGHT = str.maketrans("’‘ʼ", "'''")
_MODALS = frozenset(["can", "could", "may", "might", "must", "shall", "should", "will", "would"])
_MAX_CELLS = 4096  # a larger hunk is a rewrite, where single words no longer answer each other


class Block(NamedTuple):
    """Words ``spun[spun_start:spun_end]`` stand for ``clean[clean_start:clean_end]``."""

    spun_start: int
    spun_end: int
    clean_start: int
    clean_end: int


def align(spun: Sequence[str], clean: Sequence[str]) -> list[Block]:
    """Blocks where `spun` differs from `clean`, sorted; case and the shape of quotes are ignored.

    Replacing each block gives the clean words. Either side of a block may be empty. Runs of equally
    many words become one-to-one blocks; uneven runs are cut at words that share a stem, else whole.
    """
    left = [word.casefold().translate(_STRAIGHT) for word in spun]
    right = [word.casefold().translate(_STRAIGHT) for word in clean]
    blocks: list[Block] = []
    for hunk in _hunks(left, right):
        blocks += _split(hunk, left, right)
    return blocks


def _hunks(left: list[str], right: list[str]) -> Iterator[Block]:
    i = j = 0
    for op in Levenshtein.opcodes(left, right):
        if op.tag == "equal":
            if (i, j) != (op.src_start, op.dest_start):
                yield Block(i, op.src_start, j, op.dest_start)
            i, j = op.src_end, op.dest_end
    if (i, j) != (len(left), len(right)):
        yield Block(i, len(left), j, len(right))


def _split(hunk: Block, left: list[str], right: list[str]) -> list[Block]:
    i1, i2, j1, j2 = hunk
    rows, columns = i2 - i1, j2 - j1
    if not rows or not columns or rows == columns == 1:
        return [hunk]
    anchors = [] if rows * columns > _MAX_CELLS else _anchors(left[i1:i2], right[j1:j2])
    blocks: list[Block] = []
    i, j = i1, j1
    for row, column in [*anchors, (rows, columns)]:
        end_i, end_j = i1 + row, j1 + column
        pair = []
        if row < rows and left[end_i] != right[end_j]:
            pair = [Block(end_i, end_i + 1, end_j, end_j + 1)]
        if end_i - i == end_j - j:
            blocks += (Block(i + k, i + k + 1, j + k, j + k + 1) for k in range(end_i - i))
        elif i < end_i and j < end_j:
            blocks.append(Block(i, end_i, j, end_j))
        elif pair:  # "gets worse" answers "worsens": what stands on one side only joins the pair
            pair = [Block(i, end_i + 1, j, end_j + 1)]
        elif blocks and (blocks[-1].spun_end, blocks[-1].clean_end) == (i, j):
            blocks[-1] = blocks[-1]._replace(spun_end=end_i, clean_end=end_j)
        else:
            blocks.append(Block(i, end_i, j, end_j))
        blocks += pair
        i, j = end_i + 1, end_j + 1
    return blocks


def _anchors(left: list[str], right: list[str]) -> list[tuple[int, int]]:
    """Longest chain of word pairs that are akin, rising on both sides."""
    akin = [[_akin(a, b) for b in right] for a in left]
    if not any(map(any, akin)):
        return []
    rows, columns = len(left), len(right)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + akin[i][j])
    chain: list[tuple[int, int]] = []
    i = j = 0
    while i < rows and j < columns:
        if akin[i][j] and best[i][j] == best[i + 1][j + 1] + 1:
            chain.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] == best[i][j]:
            i += 1
        else:
            j += 1
    return chain


def _akin(a: str, b: str) -> bool:
    """Same stem, or alike in kind: both numbers, possessives, modal verbs, adverbs in -ly."""
    if ("'" in a) != ("'" in b):
        return False  # "shouldn't" stands for two words
    if a == b or (a[:1].isdigit() and b[:1].isdigit()) or (a in _MODALS and b in _MODALS):
        return True
    stem = max(4, -(-3 * min(len(a), len(b)) // 4))
    return (len(a) >= 4 and a[:stem] == b[:stem]) or (
        a[-2:] == b[-2:] and a[-2:] in ("'s", "ly") and min(len(a), len(b)) > 4
    )
