"""The commands, run as a person would run them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import unspin
from unspin import Model
from unspin.inference.cli import cli

SPUN = (
    "The travel comes arsenic Mexico has worked to negociate with the Trump medication to "
    "debar tariff threats."
)


def run(*arguments: str, stdin: bytes | str = b"") -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


def json_rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_score_and_restore_print_the_contract(model: Model) -> None:
    result = run("score", "--format", "jsonl", SPUN)
    assert result.exit_code == 0
    assert json_rows(result) == [{"id": None, **model.score(SPUN).to_dict()}]
    result = run("restore", "--format", "json", SPUN)
    assert json.loads(result.stdout) == {"id": None, **model.restore(SPUN).to_dict()}


def test_restore_writes_the_restored_bytes_and_nothing_else(model: Model, tmp_path: Path) -> None:
    text = f"\ufeffHeading\r\n\r\n  {SPUN}\u00a0 \U0001f600\r\n\tEnd\u2028"
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    result = run("restore", str(path))
    assert result.exit_code == 0
    assert result.stdout_bytes == model.restore(text).restored.encode()
    assert run("restore", "-", stdin=text.encode()).stdout_bytes == result.stdout_bytes
    assert run("restore", stdin=text.encode()).stdout_bytes == result.stdout_bytes


def test_the_mode_is_passed_on(model: Model) -> None:
    for mode in ("precise", "thorough"):
        rows = json_rows(run("score", "--mode", mode, "--format", "jsonl", SPUN))
        assert rows[0]["words"] == model.score(SPUN, mode).to_dict()["words"]


def test_rows_come_out_in_order_and_bad_ones_do_not_stop_the_rest(model: Model) -> None:
    lines = []
    for i in range(150):
        text = "Fine." if i % 3 else SPUN
        lines.append("{broken" if i % 50 == 7 else json.dumps({"id": i, "text": text, "x": [i]}))
    result = run("restore", "-", stdin="\n".join(lines))
    rows = json_rows(result)
    assert result.exit_code == 1
    assert result.stderr == "unspin: 3 of 150 rows failed\n"
    assert len(rows) == 150
    for i, row in enumerate(rows):
        if i % 50 == 7:
            assert (row["status"], row["line"]) == ("error", i + 1)
            assert "not valid JSON" in row["reason"]
        else:
            assert (row["id"], row["status"], row["x"]) == (i, "ok", [i])
    assert rows[0]["restored"] == model.restore(SPUN).restored


def test_rows_as_one_json_array() -> None:
    lines = json.dumps({"text": "One."}) + "\n" + json.dumps({"text": "Two."})
    assert [
        r["status"] for r in json.loads(run("score", "--format", "json", "-", stdin=lines).stdout)
    ] == [
        "ok",
        "ok",
    ]


def test_rows_as_text_keep_apart() -> None:
    lines = json.dumps({"text": "One."}) + "\n{}\n" + json.dumps({"text": "Two.\n"})
    result = run("restore", "--format", "text", "-", stdin=lines)
    assert result.stdout == "One.\n\nTwo.\n"  # a failed row is an empty line
    assert result.stderr.splitlines()[0] == 'unspin: line 2: error: no field "text" (fields: none)'
    assert result.exit_code == 1


CONTROLS = "x\x1b]0;OWNED\x07\x1b[2J\n2nd line"


def test_an_id_cannot_steer_the_terminal() -> None:
    shown = "x␛]0;OWNED␇␛[2J 2nd line"
    bad = run("restore", "--format", "text", "-", stdin=json.dumps({"id": CONTROLS, "text": 5}))
    assert bad.stderr.splitlines()[0] == (
        f'unspin: {shown}: error: "text" is not a string but a number'
    )
    row = json.dumps({"id": CONTROLS, "text": SPUN})
    diff = run("restore", "--diff", "-", stdin=row).stdout
    assert diff.startswith(f"--- {shown}\n+++ {shown} (restored)\n@@ -1 ")
    notes = run("restore", "--explain", "--format", "text", "-", stdin=row).stderr
    assert all(line.startswith(f"unspin: {shown}: “") for line in notes.splitlines())
    assert f" · {shown}\n" in run("score", "--format", "text", "-", stdin=row).stdout


def test_score_as_text_marks_the_words() -> None:
    result = run("score", SPUN)
    assert "[arsenic]" in result.stdout
    assert "damaged words in 1 of 1 sentence" in result.stdout


def test_diff(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"Heading\n\n{SPUN}\n")
    result = run("restore", "--diff", str(path))
    assert result.exit_code == 0
    assert result.stdout.startswith(f"--- {path}\n+++ {path} (restored)\n@@ -1,3 +1,3 @@\n")
    assert f"\n-{SPUN}\n+The " in result.stdout
    assert run("restore", "--diff", "--format", "json", SPUN).exit_code == 2


def test_other_languages_are_skipped() -> None:
    [row] = json_rows(run("restore", "--language", "de", "--format", "jsonl", SPUN))
    assert (row["status"], row["restored"]) == ("skipped", SPUN)
    result = run("restore", "--language", "de", SPUN)
    assert (result.stdout, result.exit_code) == (SPUN, 0)
    assert "only English is read" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "stdin", "reason"),
    [
        (["missing.txt"], b"", "no such file: missing.txt"),
        (["."], b"", "is a directory"),
        (["-"], b"", "standard input is empty"),
        (["-"], b"\x00\x01", "standard input is binary"),
        (["-"], b"caf\xe9", "standard input is not UTF-8"),
        (["--input-format", "jsonl", "-"], b"\n", "has no rows"),
        (["--model", "nowhere", "Text."], b"", "no model in nowhere"),
        (["--threads", "9" * 23, "Text."], b"", "threads must be a whole number from 1 to 1024"),
    ],
)
def test_bad_input_gets_one_line(arguments: list[str], stdin: bytes, reason: str) -> None:
    for command in ("score", "restore"):
        result = run(command, *arguments, stdin=stdin)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.startswith("unspin: error: ")
        assert reason in result.stderr
        assert result.stderr.count("\n") == 1


def test_help_shows_examples_and_all_commands() -> None:
    overview = run("--help").stdout
    for name in ("score", "restore", "pairs", "train", "calibrate", "evaluate", "export"):
        assert f"\n  {name} " in overview
    for name in ("score", "restore"):
        assert "Examples:" in run(name, "--help").stdout


def test_version() -> None:
    assert run("--version").stdout == f"unspin, version {unspin.__version__}\n"


def unspin_process(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "unspin", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell gives its background jobs no interrupts, and they would pass that on.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        **options,
    )


def test_the_installed_command(model: Model) -> None:
    process = unspin_process("restore", SPUN)
    stdout, stderr = process.communicate()
    assert (process.returncode, stderr) == (0, b"")
    assert stdout == model.restore(SPUN).restored.encode()


def test_a_closed_pipe_is_no_error() -> None:
    process = unspin_process("restore", "--format", "jsonl", "-")
    assert process.stdin and process.stdout and process.stderr
    process.stdout.close()
    try:
        process.stdin.write((json.dumps({"text": "Fine."}) + "\n").encode() * 500)
        process.stdin.close()
    except BrokenPipeError:
        pass
    assert process.stderr.read() == b""
    assert process.wait() == 141


def test_an_interrupt_is_quiet() -> None:
    process = unspin_process("restore", "--input-format", "jsonl", "-")
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write((json.dumps({"text": "Fine."}) + "\n").encode() * 64)
    process.stdin.flush()
    assert process.stdout.readline()  # it is up, and waits for more rows
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.stdin.close()
    assert process.stderr.read() == b""
    assert process.wait() == 130


def test_without_the_extra_one_line_names_it() -> None:
    """A module that cannot be found stands for the extra, as in a plain installation."""
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('torch', 'transformers', 'datasets', 'sklearn'):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from unspin.inference.cli import main\n"
        "main()\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, "train", "--pairs", __file__, "--output", "nowhere"],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "pip install 'unspin[train]'" in process.stderr


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("restore - <&-", "standard input is closed: give a text or a file"),
        ("score <&-", "standard input is closed: give a text or a file"),
        ("restore 'The council met.' >&-", "standard output is closed: send it somewhere"),
    ],
)
def test_a_closed_stream_is_one_line(command: str, reason: str) -> None:
    script = f"{sys.executable} -m unspin {command}"
    done = subprocess.run(["sh", "-c", script], stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, f"unspin: error: {reason}\n")


def test_a_text_needs_no_standard_input() -> None:
    script = f"{sys.executable} -m unspin restore 'The council met.' <&-"
    assert subprocess.check_output(["sh", "-c", script], text=True) == "The council met."


def test_half_a_character_is_shown_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "half \\ud800 a character"}\n{"text": "The council met."}\n')
    result = CliRunner().invoke(cli, ["score", "--format", "text", str(rows)])
    assert result.exit_code == 0
    assert "half \ufffd a character" in result.output and "The council met." in result.output


def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "unspin", "restore", "The council met."],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "No space left" in done.stderr
