"""Ask a service for more than it can do: `python tests/robustness/load.py [--seconds 300]`.

Starts `unspin serve` on a free loopback port, finds what it can do, asks for twice as much, and
meanwhile sends malformed bodies, hangs up early and sends slowly; then opens and drops thousands of
connections and looks whether the service is what it was. Prints a table; exits 1 if it is not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

TEXT = "Officials volition sermon the tariff connected Friday, arsenic the medication said. " * 6
BODY = json.dumps({"text": TEXT}).encode()
MALFORMED = (b"{", b"[]", b"\xff\xfe", b'{"text": 7}', b'{"nothing": "x"}', b"")
REFUSED_FAST = 2.0
"""Seconds within which nearly all refusals must come."""


@dataclass
class Seen:
    statuses: Counter[str] = field(default_factory=Counter)
    refusals: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)

    def note(self, status: str, seconds: float) -> None:
        self.statuses[status] += 1
        (self.answers if status == "200" else self.refusals).append(seconds)


async def ask(port: int, body: bytes, seen: Seen, path: str = "/restore") -> str:
    """One request on a connection of its own; what came back."""
    began = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        line = await asyncio.wait_for(reader.readline(), 120)
        status = line.split()[1].decode() if line else "closed"
        await reader.read()
        writer.close()
    except (TimeoutError, OSError, IndexError) as error:
        status = type(error).__name__
    seen.note(status, time.perf_counter() - began)
    return status


async def capacity(port: int, seconds: float) -> float:
    """Requests a second that the service answers when four clients ask in turn."""
    seen, end = Seen(), time.perf_counter() + seconds

    async def client() -> None:
        while time.perf_counter() < end:
            await ask(port, BODY, seen)

    await asyncio.gather(*(client() for _ in range(4)))
    return seen.statuses["200"] / seconds


async def storm(port: int, rate: float, seconds: float, rng: Random) -> tuple[Seen, Seen]:
    """`rate` good requests a second, whatever comes back, and one bad one for every ten of them."""
    good, bad, tasks = Seen(), Seen(), set[asyncio.Task[str]]()
    began, sent = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        while sent < rate * passed:
            sent += 1
            tasks.add(asyncio.create_task(ask(port, BODY, good)))
            if sent % 10 == 0:
                tasks.add(asyncio.create_task(ask(port, rng.choice(MALFORMED), bad)))
            if sent % 25 == 0:
                tasks.add(asyncio.create_task(rude(port, rng)))
        tasks = {task for task in tasks if not task.done()}
        await asyncio.sleep(0.005)
    await asyncio.gather(*tasks)
    return good, bad


async def rude(port: int, rng: Random) -> str:
    """Hang up in the middle of a request, or after it, or send it too slowly."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /restore HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        head += f"Content-Length: {len(BODY)}\r\n\r\n"
        data = head.encode() + BODY
        cut = rng.choice((3, len(head) + 10, len(data)))
        writer.write(data[:cut])
        await writer.drain()
        if rng.random() < 0.2:
            await asyncio.sleep(3)
        writer.close()
    except OSError:
        pass
    return "rude"


async def drop(port: int, count: int) -> int:
    """Open and drop `count` connections; how many were taken."""
    taken = 0

    async def one() -> int:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return 1
        except OSError:
            return 0

    for _ in range(0, count, 200):
        taken += sum(await asyncio.gather(*(one() for _ in range(min(200, count)))))
    return taken


def memory_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


async def measure(port: int, pid: int, seconds: float, connections: int) -> dict[str, object]:
    able = await capacity(port, min(10.0, seconds))
    rng = Random(1)
    half = seconds / 2
    good, bad = await storm(port, 2 * able, half, rng)
    middle = memory_mb(pid)
    more, worse = await storm(port, 2 * able, half, rng)
    after = memory_mb(pid)
    statuses = good.statuses + more.statuses
    refusals = sorted(good.refusals + more.refusals)
    taken = await drop(port, connections)
    await asyncio.sleep(3)
    again = Seen()
    recovered = [await ask(port, BODY, again) for _ in range(5)]
    return {
        "capacity, requests/s": round(able, 1),
        "seconds at twice that": seconds,
        "requests": sum(statuses.values()),
        "answers": dict(statuses),
        "refused within, s (99 of 100)": round(refusals[int(0.99 * (len(refusals) - 1))], 3)
        if refusals
        else 0.0,
        "malformed": dict(bad.statuses + worse.statuses),
        "connections dropped": taken,
        "memory half way and at the end, MB": [round(middle), round(after)],
        "recovered": recovered == ["200"] * 5,
        "slowest after it, s": round(max(again.answers, default=0.0), 2),
    }


def sound(found: dict[str, object], log: str) -> list[str]:
    """What is not as it must be."""
    wrong = []
    if set(found["answers"]) - {"200", "429", "503"}:  # type: ignore[call-overload]
        wrong.append("answers other than 200, 429 and 503")
    if set(found["malformed"]) - {"400", "413", "422", "429", "503"}:  # type: ignore[call-overload]
        wrong.append("malformed bodies were not refused")
    if float(str(found["refused within, s (99 of 100)"])) > REFUSED_FAST:
        wrong.append("refusals came late")
    middle, after = found["memory half way and at the end, MB"]  # type: ignore[misc]
    if after > 1.1 * middle + 20:
        wrong.append("memory grew")
    if not found["recovered"]:
        wrong.append("no recovery")
    if "tariff" in log or "Traceback" in log:
        wrong.append("text or a traceback in the log")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--connections", type=int, default=10_000)
    options = parser.parse_args()
    command = [sys.executable, "-m", "unspin", "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout
    try:
        line = server.stdout.readline()
        port = int(re.search(r":(\d+)", line)[1])  # type: ignore[index]
        log: list[str] = []

        async def run() -> dict[str, object]:
            reading = asyncio.get_running_loop().run_in_executor(
                None, lambda: log.extend(server.stdout or ())
            )
            found = await measure(port, server.pid, options.seconds, options.connections)
            server.terminate()
            await reading
            return found

        found = asyncio.run(run())
    finally:
        server.kill()
        server.wait()
    for name, value in found.items():
        print(f"{name:36} {value}")
    wrong = sound(found, "".join(log))
    print("as it must be" if not wrong else f"NOT as it must be: {', '.join(wrong)}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
