"""What the harness costs beside a bare loop: `python tests/benchmarks/harness.py`.

Whole processes, one after the other and in turn (bare, iqabench, bare, ...): wall time and peak memory of
RLFN on Set14 x4 on the CPU. The bare loop loads the same network, decodes inputs and targets, restores with
the same process settings, and writes nothing: no scores, no records, no pictures.

Needs the files of `rlfn_x4` and `set14` (`iqabench fetch rlfn_x4 set14`).
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15

BARE = """
import sys, time
import numpy as np, torch
from iqabench.models.core.load import load_model
from iqabench.sets import load_set
start = time.perf_counter()
model = load_model(sys.argv[1], 4, progress=False)
with torch.inference_mode():
    for reference in load_set(sys.argv[2], 4):
        sample = reference.load()
        batch = torch.from_numpy(np.ascontiguousarray(sample.input.transpose(2, 0, 1))[None]).float()
        model.forward(batch).numpy()
print(time.perf_counter() - start)
"""

HARNESS = """
import sys, time
from iqabench.run import Options, evaluate, plan
from iqabench.store import Store
from pathlib import Path
start = time.perf_counter()
cells = plan([sys.argv[1]], [sys.argv[2]], ["psnr@sr-y", "ssim@sr-y"], 4)
outcome = evaluate(cells, Store(Path(sys.argv[3])), Options(device="cpu", progress=False))
assert outcome.done and not outcome.failures
print(time.perf_counter() - start)
"""


def run(code: str, *words: str) -> tuple[float, float, float]:
    """Seconds of the loop, seconds of the whole process, and its peak memory in MB."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        loop = float(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    assert status == 0
    return loop, time.perf_counter() - start, usage.ru_maxrss / 1024


def line(name: str, values: list[float], unit: str) -> str:
    """Smallest, median and largest."""
    low, high = min(values), max(values)
    return f"{name:34} {low:9.3f} {statistics.median(values):9.3f} {high:9.3f} {unit}"


def main(model: str = "rlfn", images: str = "set14") -> None:
    """Measure in turn and print."""
    bare, ours = [], []
    for index in range(ROUNDS + 1):
        with tempfile.TemporaryDirectory() as folder:
            pair = run(BARE, model, images), run(HARNESS, model, images, str(Path(folder, "s")))
        if index:  # the first round warms the disk
            bare.append(pair[0])
            ours.append(pair[1])
    print(f"{model} on {images} x4, {ROUNDS} rounds in turn; min, median, max")
    for at, (name, unit) in enumerate(
        [("loop", "s"), ("whole process", "s"), ("peak memory", "MB")]
    ):
        print(line(f"bare {name}", [x[at] for x in bare], unit))
        print(line(f"iqabench {name}", [x[at] for x in ours], unit))
        ratios = [o[at] / b[at] for o, b in zip(ours, bare, strict=True)]
        print(line("  ratio, round by round", ratios, ""))


if __name__ == "__main__":
    main(*sys.argv[1:])
