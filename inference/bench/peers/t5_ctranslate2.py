"""An ordinary corrector: a network of T5-small's shape that writes whole sentences anew, int8.

Its weights are random, for only the speed is measured: it is made to write as many pieces as the
sentence has. It decodes greedily, the fastest way there is, and with unspin's number of beams.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ctranslate2
import torch
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration
from transformers.utils.logging import disable_progress_bar

from unspin.inference.bench.contest import Contestant
from unspin.inference.engine import BEAM
from unspin.model.encode import Encoder

BATCH = 32
SMALL: dict[str, Any] = {
    "vocab_size": 32_128,
    "d_model": 512,
    "d_kv": 64,
    "d_ff": 2048,
    "num_layers": 6,
    "decoder_start_token_id": 0,
}
"""The shape of T5-small, of 60 million parameters; its 8 heads are the default."""


def contestants(folder: Path, threads: int) -> list[Contestant]:
    """The network, greedy and with beams; `folder` has the tokenizer that counts the pieces."""
    encoder = Encoder.from_file(folder / "tokenizer.json")
    with TemporaryDirectory() as scratch:
        translator = ctranslate2.Translator(
            _converted(Path(scratch)), device="cpu", compute_type="int8",
            inter_threads=threads, intra_threads=1,
        )  # fmt: skip

    def restore(beams: int) -> Callable[[Sequence[str]], None]:
        def read(texts: Sequence[str]) -> None:
            by_length = defaultdict(list)
            for text in texts:
                ids = encoder.pieces(text)
                by_length[len(ids)].append([*map(_name, ids), "</s>"])
            found = [
                result
                for length, sources in by_length.items()
                for result in translator.translate_batch(
                    sources, beam_size=beams, max_batch_size=BATCH, asynchronous=True,
                    min_decoding_length=length, max_decoding_length=length,
                )
            ]  # fmt: skip
            for result in found:
                result.result()

        return read

    about = "random weights, int8, CTranslate2, whole sentences: speed only"
    return [
        Contestant(f"T5-small shape, {way}", about, {"restore": restore(beams)}, ("alone",))
        for way, beams in (("greedy", 1), (f"{BEAM} beams", BEAM))
    ]


def _name(piece: int) -> str:
    return f"p{piece}"


def _converted(scratch: Path) -> str:
    """The folder of a network in CTranslate2's format."""
    disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.manual_seed(0)
    config = T5Config(**SMALL)
    T5ForConditionalGeneration(config).save_pretrained(scratch / "torch")
    names = ["<pad>", "</s>", "<unk>", *map(_name, range(SMALL["vocab_size"] - 3))]
    words = models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="<unk>")
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=Tokenizer(words), pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(scratch / "torch")
    converter = ctranslate2.converters.TransformersConverter(str(scratch / "torch"))
    return str(converter.convert(str(scratch / "int8"), quantization="int8"))
