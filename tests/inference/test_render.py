from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from unspin import Alternative, Restoration, RestoredEdit, Score, SentenceScore, WordScore
from unspin.inference.render import (
    marked,
    show_diff,
    show_restoration,
    show_score,
    unified_diff,
)

TEXT = "Noem will question to Mexico connected Friday.\r\nIt was successful Mexico.\nNo more"


def result(text: str = TEXT, *swaps: tuple[str, str]) -> Restoration:
    """A restoration of `text` that swaps each word of `swaps` where it is first found."""
    edits, words, restored, position = [], [], "", 0
    for word, replacement in swaps:
        start = text.index(word, position)
        other = (Alternative("by", 0.05), Alternative("", 0.01))
        edits.append(RestoredEdit(start, start + len(word), word, replacement, 0.95, 0.9, other))
        words.append(WordScore(start, start + len(word), 0.95))
        restored += text[position:start] + replacement
        position = start + len(word)
    sentences = (SentenceScore(0, 46, 0.9, True), SentenceScore(48, 73, 0.8, True))
    return Restoration(
        "ok",
        None,
        text,
        0.97,
        True,
        sentences,
        tuple(words),
        restored + text[position:],
        tuple(edits),
    )


DONE = result(TEXT, ("question", "travel"), ("connected", "on"), ("successful", "in"))


def shown(show: object, *arguments: object, terminal: bool = True, **environ: str) -> str:
    console = Console(
        file=io.StringIO(),
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        width=100,
        highlight=False,
        _environ=environ,
    )
    show(console, *arguments)  # type: ignore[operator]
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_restoration_shows_damage_result_and_alternatives() -> None:
    output = shown(show_restoration, DONE, "a.txt", "balanced")
    plain = bare(output)
    assert "spun" in plain and "97%" in plain and "a.txt" in plain and "mode balanced" in plain
    assert "3 damaged words in 2 of 2 sentences" in plain
    assert "Noem will question to Mexico connected Friday." in plain
    assert "Noem will travel to Mexico on Friday." in plain
    assert "by 5%, (left out) 1%" in plain
    assert "3 edits" in plain
    assert "\x1b[1;4;31mquestion\x1b[0m" in output
    assert "\x1b[1;32mtravel\x1b[0m" in output


def test_the_same_swap_is_counted_not_repeated() -> None:
    done = result("a connected b connected c", ("connected", "on"), ("connected", "on"))
    plain = bare(shown(show_restoration, done, "", "balanced"))
    [row] = [line for line in plain.splitlines() if "90%" in line]
    assert row.split()[:4] == ["connected", "on", "90%", "2"]


def test_no_colour_keeps_the_underline() -> None:
    output = shown(show_restoration, DONE, "", "balanced", NO_COLOR="1")
    assert "\x1b[1;4mquestion\x1b[0m" in output
    assert not re.search(r"\x1b\[[0-9;]*3\dm", output)


def test_without_a_terminal_damaged_words_stand_in_brackets() -> None:
    output = shown(show_score, DONE, "", "balanced", terminal=False)
    assert "\x1b" not in output
    assert "Noem will [question] to Mexico [connected] Friday." in output


def test_without_a_terminal_nothing_is_cut() -> None:
    text = f"{'word ' * 40}{'long' * 40}"
    output = shown(show_restoration, result(text, ("long" * 40, "end")), "", "b", terminal=False)
    assert "word " * 40 + "end" in output
    edits = output.split("edits")[1]
    assert "…" not in edits and edits.count("g") == 40  # the long word, folded


def test_a_skipped_text_shows_the_reason() -> None:
    output = bare(shown(show_score, Score("skipped", "no words", "..."), "", "balanced"))
    assert "skipped  no words" in output


def test_flagged_words_that_stay_are_counted() -> None:
    left = Restoration(
        "ok",
        None,
        "A b.",
        0.9,
        True,
        (SentenceScore(0, 4, 0.9, True),),
        (WordScore(0, 1, 0.6),),
        "A b.",
    )
    assert "0 edits, 1 marked word left as found" in bare(
        shown(show_restoration, left, "", "balanced")
    )


def test_a_word_diff_shows_changed_lines_only() -> None:
    plain = bare(shown(show_diff, DONE, "a.txt"))
    assert "@@ line 1 @@\nNoem will questiontravel to Mexico connectedon Friday.\n" in plain
    assert "@@ line 2 @@" in plain
    assert "No more" not in plain
    assert "no change" in bare(shown(show_diff, result(), "a.txt"))


def test_brackets_mark_every_damaged_word() -> None:
    assert marked(DONE).startswith("Noem will [question] to Mexico [connected] Friday.\r\n")


def patched(text: str, diff: str) -> str:
    """Apply a unified diff (the few lines of `patch` that these tests need)."""
    old = re.findall(r"[^\n]*\n|[^\n]+", text)
    new: list[str] = []
    position = 0
    lines = re.findall(r"[^\n]*\n", diff)[2:]
    for i, line in enumerate(lines):
        ends = i + 1 < len(lines) and lines[i + 1].startswith("\\")
        body = line[1:-1] if ends else line[1:]
        if line.startswith("@@"):
            first, count = re.match(r"@@ -(\d+)(?:,(\d+))?", line).groups()  # type: ignore[union-attr]
            start = int(first) - (count != "0")
            new += old[position:start]
            position = start
        elif line.startswith("+"):
            new.append(body)
        elif line[0] in " -":
            assert old[position] == body
            new += [body] * (line[0] == " ")
            position += 1
    return "".join(new + old[position:])


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("lines", [1, 12])
def test_a_unified_diff_is_the_restoration(end: str, lines: int) -> None:
    text = (
        "\r\n".join(["He came connected Friday.", *["Nothing here."] * lines, "As arsenic"]) + end
    )
    done = result(text, ("connected", "on"), ("arsenic", "as"))
    diff = unified_diff(done, "a.txt")
    assert diff.startswith("--- a.txt\n+++ a.txt (restored)\n@@ ")
    assert patched(text, diff) == done.restored


def test_no_edit_is_no_diff() -> None:
    assert unified_diff(result(), "a.txt") == ""
