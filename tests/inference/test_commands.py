"""What the commands offer beyond reading and writing: lists, reasons, completion, help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from unspin import Constraints, Model
from unspin.inference.cli import cli

SPUN = "The travel comes arsenic Mexico has worked to negociate with the Trump medication."


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


@pytest.fixture
def lists(tmp_path: Path) -> list[str]:
    """Options that name a list each."""
    content = {
        "protect": "# keep\narsenic\n/M\\w+o/\n",
        "dictionary": "Mexico\tGuam\nhas worked\thas tried\n",
        "phrases": "Trump medication\tTrump administration\n",
    }
    for name, text in content.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [part for name in content for part in (f"--{name}", str(tmp_path / name))]


def test_lists_are_obeyed_and_a_rows_dictionary_goes_first(lists: list[str]) -> None:
    rows = [
        {"id": 1, "text": SPUN, "dictionary": {"HAS worked": "has laboured"}},
        {"id": 2, "text": SPUN, "dictionary": ["no"]},
        {"id": 3, "text": SPUN},
    ]
    result = run("restore", *lists, "--explain", "-", stdin="\n".join(map(json.dumps, rows)))
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert "arsenic Mexico has laboured to negotiate" in first["restored"]
    assert "arsenic Mexico has tried to negotiate" in third["restored"]
    assert [e["original"] for e in third["edits"] if e.get("by")] == ["has worked"]
    assert third["findings"][0]["expected"] == "Trump administration"
    assert {e["original"] for e in third["explanations"]} >= {"negociate"}
    assert (second["status"], second["dictionary"]) == ("error", ["no"])
    assert second["reason"].startswith('"dictionary" is not an object')


def test_reasons_go_to_stderr_where_stdout_is_the_text(lists: list[str]) -> None:
    result = run("restore", *lists, "--explain", SPUN)
    assert "arsenic Mexico has tried to negotiate with" in result.stdout
    assert "“Trump medication” is in the list of phrases" in result.stderr
    assert "“negociate”: fits here with" in result.stderr
    shown = run("score", *lists[:2], "--explain", SPUN).stdout
    assert "“negociate”: fits here with" in shown and "“arsenic”" not in shown


def test_reasons_are_whole_and_a_line_each_where_no_terminal_reads(
    model: Model, tmp_path: Path
) -> None:
    phrases = tmp_path / "phrases"
    phrases.write_text("bosom peril\tbreast cancer\n", encoding="utf-8")
    text = f"She had bosom\nperil. {SPUN}"
    listed = Constraints.read(phrases=phrases)
    notes = [
        note.replace("\n", " ")
        for note in model.score(text, constraints=listed, explain=True).notes
    ]
    assert len(notes) > 3 and max(map(len, notes)) > 100
    shown = run("score", "--phrases", str(phrases), "--explain", "-", stdin=text).stdout
    assert shown.splitlines()[-len(notes) :] == notes
    told = run("restore", "--phrases", str(phrases), "--explain", "-", stdin=text).stderr
    assert told.splitlines() == [f"unspin: standard input: {note}" for note in notes]


def test_quotations_are_protected_on_demand() -> None:
    text = f"He said: “{SPUN}”"
    assert run("restore", "--protect-quotes", text).stdout == text
    assert run("restore", text).stdout != text


def test_a_bad_list_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "protect.txt"
    path.write_text("/[/\n")
    result = run("restore", "--protect", str(path), SPUN)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"unspin: error: {path}, line 1: /[/ is no pattern")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    assert f"_UNSPIN_COMPLETE={shell}_complete" in run("completion", shell).stdout


def test_what_the_completion_scripts_ask_for() -> None:
    def completed(*typed: str) -> set[str]:
        asked = {
            "COMP_WORDS": " ".join(typed),
            "COMP_CWORD": str(len(typed) - 1),
            "_UNSPIN_COMPLETE": "bash_complete",
        }
        # Click names the variable after the program.
        code = "import sys; sys.argv[0] = 'unspin'; from unspin.inference.cli import main; main()"
        command = [sys.executable, "-c", code]
        return set(subprocess.check_output(command, env=os.environ | asked, text=True).split())

    assert completed("unspin", "resto") == {"plain,restore"}
    assert {"plain,--protect", "plain,--protect-quotes"} <= completed("unspin", "score", "--prot")
    assert completed("unspin", "score", "art") == {"file,art"}


@pytest.mark.parametrize("command", ["score", "restore", "completion"])
def test_help_has_examples_and_every_option_a_line(command: str) -> None:
    text = run(command, "--help").stdout
    assert f"Examples:\n    unspin {command} " in text
    for parameter in cli.commands[command].params:
        for name in parameter.opts if parameter.param_type_name == "option" else ():
            assert name in text
