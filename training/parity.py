"""Does the exported int8 network do what the trained one does? Compared on real text.

Two steps: the fp32 graph against torch (the export is right), then the edits of the int8 engine
against those of the fp32 graph in the same engine (quantisation costs little).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from unspin.model.checkpoint import copy_tokenizer
from unspin.model.network import HEADS, UnspinModel
from unspin.model.settings import RUN_FILES, Look, Settings
from unspin.model.tags import damage_logits
from unspin.training.export import export

if TYPE_CHECKING:
    from unspin import Model

Edits = list[set[tuple[int, int, str]]]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parity:
    """Largest difference of a word logit between torch and the fp32 graph, mean difference
    between the fp32 and the int8 graph, and how many edits each makes and both share."""

    torch_difference: float
    int8_difference: float
    fp32_edits: int
    int8_edits: int
    shared_edits: int

    @property
    def agreement(self) -> float:
        """Shared edits over all edits of either (Jaccard); 1 if neither makes any."""
        union = self.fp32_edits + self.int8_edits - self.shared_edits
        return self.shared_edits / union if union else 1.0


def parity(model: UnspinModel, folder: Path, texts: Sequence[str], mode: str) -> Parity:
    """Compare `model` with the engine files that `folder` holds, on `texts`, read to the end."""
    import unspin

    settings = replace(Settings.load(folder), look=Look())
    with tempfile.TemporaryDirectory() as scratch:
        plain, small = Path(scratch, "fp32"), Path(scratch, "int8")
        export(model, plain, quantize=False)
        copy_tokenizer(folder, plain)
        small.mkdir()
        for name in RUN_FILES:
            shutil.copyfile(folder / name, small / name)
        for made in (plain, small):
            settings.save(made)
        fp32, int8 = unspin.load(plain), unspin.load(small)
        logits = [raw.word for raw in fp32.logits(list(texts))]
        expected = [_torch_words(model, fp32, text) for text in texts]
        quantised = [raw.word for raw in int8.logits(list(texts))]
        ours, theirs = _edits(int8, texts, mode), _edits(fp32, texts, mode)
    return Parity(
        max(float(np.abs(a - b).max(initial=0)) for a, b in zip(logits, expected, strict=True)),
        float(np.mean(np.abs(np.concatenate(logits) - np.concatenate(quantised)))),
        sum(map(len, theirs)),
        sum(map(len, ours)),
        sum(len(a & b) for a, b in zip(ours, theirs, strict=True)),
    )


def _edits(model: Model, texts: Sequence[str], mode: str) -> Edits:
    results = model.restore(list(texts), mode=mode)
    return [{(e.start, e.end, e.replacement) for e in result.edits} for result in results]


@torch.no_grad()
def _torch_words(model: UnspinModel, engine: Model, text: str) -> FloatArray:
    """Damage logits of the words of `text` (W,), computed by torch."""
    (raw,) = engine.logits([text])
    document = raw.document
    heads = [np.zeros((0, HEADS), dtype=np.float32)]
    for window in document.windows:
        ids, shapes = document.window_inputs(
            window, model.config.cls_token_id, model.config.sep_token_id
        )
        pieces = torch.tensor([ids])
        _, _, found = model.encode(pieces, torch.ones_like(pieces), torch.tensor([shapes]))
        heads.append(found[0, 1:-1].numpy())
    words = np.concatenate(heads)[document.word_first].astype(np.float64)
    return damage_logits(words)
