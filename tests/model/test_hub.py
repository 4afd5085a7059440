"""A saved or uploaded network is a whole folder, and comes back as it was."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent
from threading import Thread

import pytest
import torch
from huggingface_hub import ModelCard, constants
from transformers import AutoModel

from unspin.model import hub as hub_module
from unspin.model.checkpoint import load_checkpoint
from unspin.model.config import UnspinConfig
from unspin.model.encode import Encoder
from unspin.model.network import UnspinModel
from unspin.model.settings import SHIPPED

FILES = {"README.md", "config.json", "model.safetensors", "tokenizer.json"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def same(one: UnspinModel, other: UnspinModel) -> bool:
    left, right = one.state_dict(), other.state_dict()
    return left.keys() == right.keys() and all(torch.equal(left[n], right[n]) for n in left)


@pytest.fixture
def small(tmp_path: Path) -> UnspinModel:
    """A network small enough to travel, loaded from a folder with the shipped tokenizer."""
    encoder = {
        "model_type": "bert",
        "hidden_size": 24,
        "intermediate_size": 24,
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "vocab_size": 99,
    }
    folder = tmp_path / "small"
    UnspinModel(UnspinConfig(encoder, "someone/base", decoder_heads=2)).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((SHIPPED / "tokenizer.json").read_bytes())
    (folder / "README.md").unlink()
    model: UnspinModel = AutoModel.from_pretrained(folder)
    return model


def test_the_shipped_network_is_saved_whole_and_comes_back(tmp_path: Path) -> None:
    model = AutoModel.from_pretrained(SHIPPED)
    assert isinstance(model, UnspinModel)
    model.save_pretrained(tmp_path)
    assert names(tmp_path) == FILES
    again = AutoModel.from_pretrained(tmp_path)
    assert same(model, again)
    loaded = load_checkpoint(str(tmp_path))  # what `unspin train --base` starts from
    assert loaded.trained and same(model, loaded.model)
    text = "He volition question to Mexico."
    shipped = Encoder.from_file(SHIPPED / "tokenizer.json")
    assert loaded.encoder.pieces(text) == shipped.pieces(text)


def test_the_card_says_what_the_weights_are(small: UnspinModel, tmp_path: Path) -> None:
    small.save_pretrained(tmp_path / "mine")
    card = ModelCard.load(tmp_path / "mine" / "README.md")
    assert card.data.base_model == "someone/base"
    assert card.data.library_name == "unspin"
    assert card.data.language == "en"
    assert "# mine\n" in card.text
    assert str(tmp_path) not in card.content


@pytest.mark.parametrize("name", ["README.md", "CARD.md"])
def test_a_card_that_is_there_stays(small: UnspinModel, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("written by hand")
    small.save_pretrained(tmp_path)
    assert (tmp_path / name).read_text() == "written by hand"
    assert len(names(tmp_path) & {"README.md", "CARD.md"}) == 1


def test_a_network_saves_where_its_source_is_gone(small: UnspinModel, tmp_path: Path) -> None:
    for path in (tmp_path / "small").iterdir():
        path.unlink()
    (tmp_path / "small").rmdir()
    small.save_pretrained(tmp_path / "mine")
    assert names(tmp_path / "mine") == FILES - {"tokenizer.json"}


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").symlink_to(SHIPPED.parent)
    monkeypatch.chdir(tmp_path)
    code = (hub_module.__doc__ or "").partition("\n\n")[2].partition("\n\n`")[0]
    exec(dedent(code), {})
    assert names(tmp_path / "mine") == FILES


class Hub(ThreadingHTTPServer):
    """As much of the hub's interface as an upload of small files needs."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.files: dict[str, bytes] = {}
        self.commits: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class Requests(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        there = self.path.rpartition("/")[2] in self.server.files
        self.send_response(200 if there else 404)
        self.send_header("X-Error-Code", "" if there else "EntryNotFound")
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("ETag", '"0"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        hub = self.server
        if self.path.endswith("/create"):
            answer: object = {"url": f"{hub.address}/me/mine", "id": "me/mine"}
        elif "/preupload/" in self.path:
            known = {"uploadMode": "regular", "shouldIgnore": False}
            answer = {"files": [{"path": f["path"]} | known for f in json.loads(body)["files"]]}
        elif self.path.endswith("/validate-yaml"):
            assert "base_model: someone/base" in json.loads(body)["content"]
            answer = {"errors": [], "warnings": []}
        else:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "header":
                    hub.commits.append(line["value"]["summary"])
                else:
                    hub.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            answer = {"commitUrl": f"{hub.address}/me/mine/commit/0", "commitOid": "0" * 40}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as server:
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(constants.ENDPOINT)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.address + template)
        monkeypatch.setattr(constants, "ENDPOINT", server.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_what_is_pushed_comes_back(small: UnspinModel, hub: Hub, tmp_path: Path) -> None:
    small.push_to_hub("me/mine", token="none", tags=["mine"], commit_message="Say more")
    assert (hub.files.keys() - {".gitattributes"}, hub.commits) == (FILES, ["Say more"])
    for name, data in hub.files.items():
        (tmp_path / name).write_bytes(data)
    assert same(small, AutoModel.from_pretrained(tmp_path))
    card = ModelCard.load(tmp_path / "README.md")
    assert "mine" in card.data.tags and "# me/mine\n" in card.text


def test_a_card_on_the_hub_stays(small: UnspinModel, hub: Hub, tmp_path: Path) -> None:
    hub.files["README.md"] = b"written by hand"
    small.save_pretrained(tmp_path / "mine", push_to_hub=True, repo_id="me/mine", token="none")
    assert hub.files["README.md"] == b"written by hand"
    assert hub.files.keys() >= FILES
