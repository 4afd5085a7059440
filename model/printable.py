"""Text made safe to show: nothing in it moves a cursor or turns the direction of a line."""

from __future__ import annotations

# A text must not steer what shows it: control characters are shown as their pictures, one for one.
_CONTROLS = {c: 0x2400 + c for c in range(32) if chr(c) not in "\n\t"} | {
    0x7F: 0x2421,
    **{c: 0xFFFD for c in (*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))},
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),  # half a character: cannot be written
}


def printable(text: str) -> str:
    """`text` with control and direction characters made visible; offsets stay."""
    return text.replace("\r\n", " \n").translate(_CONTROLS)


def one_line(text: str) -> str:
    """`text` as a person is told it: on one line, and with nothing that steers a terminal."""
    return " ".join(printable(text).splitlines())
