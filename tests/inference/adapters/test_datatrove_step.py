"""`UnspinStep` in a pipeline of datatrove's."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor

from unspin import Model, UnspinError, UnspinStep

SPUN = "The mayor volition question the council to debar the tariff, and nobody objected to it."
CLEAN = "The council met on Tuesday evening to vote on the new bridge over the river."
GERMAN = (
    "Der Stadtrat hat am Dienstagabend beschlossen, die alte Brücke über den Fluss im kommenden "
    "Jahr zu erneuern. Während der Arbeiten wird der Verkehr über die nördliche Umgehung "
    "geleitet, und die Händler befürchten, dass viele Kunden ausbleiben werden."
)
TEXTS = [CLEAN, SPUN, GERMAN, "", SPUN, "12 34"]


def documents() -> list[Document]:
    return [Document(text, f"a/{i}", metadata={"page": i}) for i, text in enumerate(TEXTS)]


def test_an_executor_runs_it(tmp_path: Path, model: Model) -> None:
    done = tmp_path / "done"

    def keep(data: Iterator[Document], rank: int, world_size: int) -> Iterator[Document]:
        for document in data:
            with done.open("a") as file:
                row = [document.id, document.text, document.metadata]
                file.write(json.dumps(row) + "\n")
            yield document

    steps: list[Any] = [documents(), UnspinStep(batch_size=4), keep]
    stats = LocalPipelineExecutor(steps, workers=1, logging_dir=str(tmp_path / "logs")).run()
    rows = [json.loads(line) for line in done.read_text().splitlines()]
    assert [row[0] for row in rows] == [f"a/{i}" for i in range(6)]
    restored = model.restore(SPUN)
    assert restored.edits
    assert [row[1] for row in rows] == [CLEAN, restored.restored, *TEXTS[2:4], rows[1][1], "12 34"]
    facts = [row[2] for row in rows]
    assert [found["page"] for found in facts] == list(range(6))
    statuses = "unchanged restored skipped skipped restored unchanged"
    assert [found["unspin_status"] for found in facts] == statuses.split()
    assert facts[2]["unspin_reason"] == "not_english" and facts[2]["unspin_score"] is None
    assert facts[1]["unspin_reason"] == "" and facts[1]["unspin_score"] == restored.score
    edits = json.loads(facts[1]["unspin_edits"])
    assert edits == [edit.to_dict() for edit in restored.edits]
    counted = json.loads(stats.stats[0].to_json())["stats"]
    assert counted["total"] == 6 and counted["restored"] == 2
    assert counted["skipped_not_english"] == 1


def test_scoring_leaves_texts_alone() -> None:
    step = pickle.loads(pickle.dumps(UnspinStep("score", batch_size=2)))
    scored = list(step(documents()))
    assert [document.text for document in scored] == TEXTS
    words = json.loads(scored[1].metadata["unspin_words"])
    assert "volition" in [SPUN[word["start"] : word["end"]] for word in words]
    assert "unspin_edits" not in scored[1].metadata


def test_a_document_without_text_stops_no_other() -> None:
    given = [Document(text, str(i)) for i, text in enumerate([CLEAN, None, SPUN])]
    found = list(UnspinStep()(given))
    assert [document.id for document in found] == ["0", "1", "2"]
    facts = [document.metadata for document in found]
    assert [one["unspin_status"] for one in facts] == ["unchanged", "error", "restored"]
    assert (found[1].text, facts[1]["unspin_reason"]) == (None, "no_text")
    assert facts[1]["unspin_score"] is None and facts[1]["unspin_edits"] == "[]"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"task": "rate"}, "no task 'rate': choose restore or score"),
        ({"mode": "bold"}, "no mode 'bold': choose precise, balanced, thorough"),
    ],
)
def test_an_unknown_task_or_mode_is_named_at_once(wrong: Any, message: str) -> None:
    with pytest.raises(UnspinError, match=message):
        UnspinStep(**wrong)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match=r"settings\.json is missing"):
        UnspinStep(model=tmp_path)
