"""The figures as a table."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

COLUMNS = (("score", "alone"), ("score", "articles"), ("restore", "alone"), ("restore", "articles"))


def print_report(found: dict[str, Any], console: Console) -> None:
    """Print what `measure` found."""
    machine, text = found["machine"], found["text"]["score"]
    table = Table(
        title=f"sentences a second (peers with {machine['threads']} threads; medians of "
        f"{found['rounds']} rounds)",
        caption=f"in brackets: how many times faster unspin is · {text['sentences']} sentences of "
        f"{text['words_per_sentence']:.0f} words, a text each or joined to articles",
    )
    table.add_column("")
    for task, form in COLUMNS:
        table.add_column(f"{task},\n{form}", justify="right")
    for name, own in found["unspin"].items():
        table.add_row(
            name, *(f"{own['sentences_per_s'][task][form]:,.0f}" for task, form in COLUMNS)
        )
    for name, peer in found["peers"].items():
        table.add_row(f"{name}\n[dim]{peer['about']}[/dim]", *(_cell(peer, *c) for c in COLUMNS))
    limit = found["limit"]
    if "skipped" not in limit:
        table.add_section()
        cells = [f"{limit[form]['sentences_per_s']:,.0f}" for _, form in COLUMNS[:2]]
        table.add_row("limit: bare int8 matrices of the encoder", *cells, "", "")
        shares = [f"{limit[form]['share_reached']:.0%}" for _, form in COLUMNS[:2]]
        table.add_row("share of it that unspin reaches", *shares, "", "")
    console.print(table)
    for task, times in found["latency_ms"].items():
        console.print(
            f"{task} one sentence: {times['median']:.1f} ms in the median, "
            f"{times['p95']:.1f} ms at the 95th percentile"
        )
    console.print(f"cold start (`unspin restore`, one sentence): {found['cold_start_s']:.2f} s")
    memory = found["peak_memory_mb"]
    console.print(
        "peak memory: " + ("not told by this system" if memory is None else f"{memory:.0f} MB")
    )
    for name, why in {**found["skipped"], "the limit": limit.get("skipped")}.items():
        if why:
            console.print(f"{name} was skipped: {why}", markup=False)
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, load {machine['load_before']} before; "
        f"ONNX Runtime {machine['onnxruntime']}, Python {machine['python']}"
    )


def _cell(peer: dict[str, Any], task: str, form: str) -> str:
    """A rate and unspin's lead over it, or nothing where the peer does not do that."""
    rate = peer["sentences_per_s"].get(task, {}).get(form)
    if rate is None:
        return "–"
    return f"{rate:,.0f} ({peer['unspin_is_times_faster'][task][form]:.1f}×)"
