from __future__ import annotations

from pathlib import Path

import pytest

from unspin.model.marks import marked


@pytest.mark.parametrize(
    ("content", "known"),
    [
        (b'{"a": 1, "b": 2, "c": 3}', True),
        (b'{"a": 1}', False),
        (b'["a", "b"]', False),
        (b"a b", False),
        (b"\xff\xfe", False),
        (b"[" * 200_000, False),
        (None, False),
    ],
)
def test_a_folder_is_known_by_the_keys_of_its_file(
    tmp_path: Path, content: bytes | None, known: bool
) -> None:
    file = tmp_path / "run.json"
    if content is not None:
        file.write_bytes(content)
    assert marked(file, ("a", "b")) == known
