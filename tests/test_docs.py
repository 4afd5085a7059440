"""Every command and snippet of the documentation runs as printed.

Blocks marked `sh` and `python` run, those of a page in order, in one folder that holds the files
they name. Installing is left out, for the tests run in an environment that has it all; blocks
marked `text` or `console` are not meant to run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    "README.md",
    "training/README.md",
    *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "inference/guides").glob("*.md"))),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SETUP = re.compile(r"(?:pip install|make|git clone|sudo apt)\b")
SERVER = "unspin serve"
SPUN = "The travel comes arsenic Mexico has worked to debar tariff threats."
CLEAN = "The trip comes as Mexico has worked to avoid tariff threats."


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def commands(page: str) -> list[str]:
    lines = [line for body in blocks(page, "sh") for line in body.splitlines() if line.strip()]
    return [line for line in lines if not SETUP.match(line)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages' commands read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    (folder / "article.txt").write_text(f"{SPUN}\n\n{CLEAN}\n")
    rows = [{"id": n, "text": text} for n, text in enumerate([SPUN, CLEAN] * 3)]
    for name in ("articles.jsonl", "crawl.jsonl"):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    labelled = [{"spun": SPUN, "clean": CLEAN}, {"spun": CLEAN, "clean": CLEAN}] * 10
    (folder / "my_labelled.jsonl").write_text("".join(json.dumps(row) + "\n" for row in labelled))
    pairs = "".join(f'"{SPUN}","{CLEAN}"\n"{CLEAN}","{CLEAN}"\n' for _ in range(12))
    (folder / "mine.csv").write_text(f"spun,clean\n{pairs}")
    pq.write_table(pa.table({"body": [SPUN, CLEAN], "n": [1, 2]}), folder / "articles.parquet")
    for name in ("site", "texts"):
        (folder / name).mkdir()
    page = f"<html><body><article><h1>News</h1><p>{SPUN}</p><p>{CLEAN}</p></article></body></html>"
    (folder / "site/page.html").write_text(page)
    seed = (ROOT / "seeds/000_da9212261fc304e0.txt").read_text(encoding="utf-8")
    (folder / "texts/one.txt").write_text(seed, encoding="utf-8")
    (folder / "names.txt").write_text("Ana Ruiz\nMexico\n")
    (folder / "known.tsv").write_text("travel\ttrip\n")
    (folder / "tortured.tsv").write_text("bosom peril\tbreast cancer\n")
    return folder


def run(command: list[str], folder: Path) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{command[-1]}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_commands_run_as_printed(page: str, folder: Path) -> None:
    server = None
    try:
        for line in commands(page):
            if line.startswith(SERVER):
                server = start_server(line, folder)
            else:
                run(["bash", "-c", f"set -o pipefail; {line}"], folder)
    finally:
        if server:
            server.terminate()
            server.wait(30)


def start_server(line: str, folder: Path) -> subprocess.Popen[bytes]:
    server = subprocess.Popen([sys.executable, "-m", *line.split()], cwd=folder)
    for _ in range(300):
        try:
            urllib.request.urlopen("http://127.0.0.1:8765/health", timeout=1)
            return server
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.2)
    server.kill()
    raise AssertionError("the server did not answer")


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")])
def test_snippets_run_as_printed(page: str, folder: Path) -> None:
    run([sys.executable, "-c", "\n".join(blocks(page, "python"))], folder)


def test_links_lead_somewhere() -> None:
    pages = [*PAGES, "CONTRIBUTING.md", "model/README.md", "model/weights/CARD.md"]
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)\)", text):
            if "://" not in target:
                assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"
