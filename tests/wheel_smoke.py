"""Run by `make wheel` with the wheel alone installed: it works, and brings no torch."""

import importlib.util
import subprocess
import sys
from pathlib import Path

assert importlib.util.find_spec("torch") is None, "the base install must not bring torch"
assert importlib.util.find_spec("model") is None, "nothing but unspin may land in site-packages"
assert importlib.util.find_spec("training") is None

unspin = str(Path(sys.executable).with_name("unspin"))
text = "The travel comes arsenic Mexico has worked to debar tariff threats."
restored = subprocess.run(
    [unspin, "restore", "--format", "text", text], capture_output=True, text=True, check=True
).stdout
assert "comes as Mexico" in restored, restored
train = [unspin, "train", "--pairs", __file__, "--output", "nowhere"]
refused = subprocess.run(train, capture_output=True, text=True)
assert refused.returncode == 2 and "pip install 'unspin[train]'" in refused.stderr, refused
print("the wheel works:", restored.strip())
