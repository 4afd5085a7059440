"""The limit: how fast this machine multiplies the encoder's int8 matrices and does nothing else.

The network spends nearly all of its arithmetic there, so that no program that reads every window
with these kernels can score faster.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

REPEATS = 10
Shape = tuple[int, int]


def encoder_shapes(folder: Path) -> list[Shape]:
    """Rows and columns of the matrices that a piece is multiplied with, layer by layer."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))["encoder"]
    width, inner = config["hidden_size"], config["intermediate_size"]
    return [*[(width, width)] * 4, (width, inner), (inner, width)] * config["num_hidden_layers"]


def matrix_rate(shapes: Sequence[Shape], pieces: int, threads: int, rounds: int) -> float:
    """Multiply-adds a second of all `threads` together, with windows of `pieces`; the median."""
    model = _graph(shapes).SerializeToString()
    runs = [_Run(model, shapes, pieces) for _ in range(threads)]
    taken = []
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(rounds + 1):
            began = perf_counter()
            list(pool.map(_Run.repeat, runs))
            taken.append(perf_counter() - began)
    work = sum(rows * columns for rows, columns in shapes) * pieces * REPEATS * threads
    return work / median(taken[1:])


class _Run:
    """A session of one thread, and what it is fed; outputs are not copied out of it."""

    def __init__(self, model: bytes, shapes: Sequence[Shape], pieces: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session: Any = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self.names = [output.name for output in self.session.get_outputs()]
        random = np.random.default_rng(0)
        self.feed = {
            f"in{rows}": onnxruntime.OrtValue.ortvalue_from_numpy(
                random.integers(0, 255, (pieces, rows), dtype=np.uint8)
            )
            for rows in {rows for rows, _ in shapes}
        }

    def repeat(self) -> None:
        for _ in range(REPEATS):
            self.session.run_with_ort_values(self.names, self.feed)


def _graph(shapes: Sequence[Shape]) -> onnx.ModelProto:
    """A graph that multiplies its inputs with a random int8 matrix of each of `shapes`."""
    random = np.random.default_rng(0)
    nodes, weights, outputs = [], [], []
    for i, (rows, columns) in enumerate(shapes):
        matrix = random.integers(-127, 127, (rows, columns), dtype=np.int8)
        weights.append(onnx.numpy_helper.from_array(matrix, f"w{i}"))
        nodes.append(helper.make_node("MatMulInteger", [f"in{rows}", f"w{i}"], [f"out{i}"]))
        outputs.append(
            helper.make_tensor_value_info(f"out{i}", TensorProto.INT32, ["pieces", columns])
        )
    inputs = [
        helper.make_tensor_value_info(f"in{rows}", TensorProto.UINT8, ["pieces", rows])
        for rows in sorted({rows for rows, _ in shapes})
    ]
    graph = helper.make_graph(nodes, "matrices", inputs, outputs, weights)
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=9)
