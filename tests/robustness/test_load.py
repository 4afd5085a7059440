"""The load generator itself, for a moment: what the long run shows for minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_twice_what_it_can_do_is_refused_and_then_forgotten() -> None:
    script = Path(__file__).parent / "load.py"
    command = [sys.executable, script, "--seconds", "4", "--connections", "400"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "as it must be" in done.stdout
