"""What the harness costs beside bare loops that score nothing: `python tests/benchmarks/harness.py`.

    process       `iqabench run --model rlfn --set set14` beside a script that does the same without scores
    loop          the same two inside one process, after all imports
    four models   four small models on Set5 and Set14, beside four bare loops

The bare script imports torch, OpenCV and numpy, loads the network (the same module, saved by torch), and for
each input decodes, runs the network and quantises. It decodes no target, scores nothing and writes nothing;
iqabench decodes targets, scores PSNR and SSIM, and keeps records and pictures in a new store.

All are run in turns, in one command. Wall-clock time depends on what else the machine does, processor time
less so; ratios are those of the rounds, and their median. `--threads N` sets the threads of torch for all.

Needs the files of the models and of Set5 and Set14 at x4 (`iqabench fetch`).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

MODEL, SET = "rlfn", "set14"
SMALL = ("pocket", "span", "bsrn_s", "efdn")

BARE = """
import json, sys
import cv2
import numpy as np
import torch

def run(model, inputs):
    network = torch.load(model["file"], weights_only=False)
    unit = 255.0 / model["range"]
    with torch.inference_mode():
        for path in inputs:
            image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
            batch = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))[None]).float()
            output = network(batch / unit) * unit
            output[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).contiguous().numpy()

if __name__ == "__main__":
    for model in json.loads(sys.argv[1]):
        run(model, json.loads(sys.argv[2]))
"""
"""The bare script; the functions of a file are called by the loop inside one process, too."""


class Cost(NamedTuple):
    """The cost of one run."""

    wall_s: float
    processor_s: float
    peak_mb: float = 0.0


MEASURE = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - start
print(json.dumps([os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
sys.stdout.flush()
os._exit(0)
"""
"""A small script that measures a process, whose peak is never below that of the one that starts it."""


def cost_of_process(words: list[str]) -> Cost:
    """Return the cost of a process with its children, from its start to its end."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", MEASURE, *words], stdout=subprocess.PIPE, check=True
    )
    status, wall, processor, peak_kb = json.loads(done.stdout)
    if status:
        sys.exit(f"{words[0]} ended with status {status}")
    return Cost(wall, processor, peak_kb / 1024)


def cost_of_call(call: Callable[[], object]) -> Cost:
    """Return the cost of a call in this process."""
    wall, processor = time.perf_counter(), time.process_time()
    call()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


@contextmanager
def new_store() -> Iterator[Path]:
    """Yield the folder of a store that does not exist yet."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder, "store")


def process_of(models: list[str], sets: list[str]) -> Cost:
    """Return the cost of `iqabench run`."""
    program = str(Path(sys.executable).with_name("iqabench"))
    named = [w for m in models for w in ("--model", m)] + [w for s in sets for w in ("--set", s)]
    with new_store() as store:
        return cost_of_process([program, "run", *named, "--device", "cpu", "--store", str(store)])


def loop_of(models: list[str], sets: list[str]) -> Cost:
    """Return the cost of planning and evaluating in this process."""
    from iqabench.run import Options, evaluate, plan  # noqa: PLC0415 - after the threads are set
    from iqabench.store import Store  # noqa: PLC0415

    def run(store: Path) -> None:
        columns = ["psnr@sr-y", "ssim@sr-y"]
        outcome = evaluate(plan(models, sets, columns, 4), Store(store), Options(device="cpu"))
        assert outcome.done
        assert not outcome.failures

    with new_store() as store:
        return cost_of_call(lambda: run(store))


class Bare:
    """The bare script, with networks saved as whole modules, and the functions of it."""

    def __init__(self, folder: Path, models: list[str]) -> None:
        import torch  # noqa: PLC0415

        from iqabench.models.core.load import load_model  # noqa: PLC0415

        self.script = folder / "bare_loop.py"
        self.script.write_text(BARE)
        sys.path.insert(0, str(folder))
        self.models: dict[str, dict[str, Any]] = {}
        for name in models:
            model = load_model(name, 4, progress=False)
            file = folder / f"{name}.pt"
            torch.save(model.module, file)
            self.models[name] = {"file": str(file), "range": model.card.range}

    def inputs(self, sets: list[str]) -> list[str]:
        """Return the files of the inputs."""
        from iqabench.sets import load_set  # noqa: PLC0415

        return [str(sample.files["input"][0].path) for name in sets for sample in load_set(name, 4)]

    def process(self, name: str, sets: list[str]) -> Cost:
        """Return the cost of the script as a process."""
        words = [json.dumps([self.models[name]]), json.dumps(self.inputs(sets))]
        return cost_of_process([sys.executable, str(self.script), *words])

    def loop(self, models: list[str], sets: list[str]) -> Cost:
        """Return the cost of bare loops in this process, one for each model."""
        run = import_module("bare_loop").run  # the script that was just written

        inputs = self.inputs(sets)
        return cost_of_call(lambda: [run(self.models[name], inputs) for name in models])


def lines(title: str, bare: list[Cost], ours: list[Cost]) -> Iterator[str]:
    """Yield the rows of a table: medians, and the median of the ratios with their range."""
    for at, unit in enumerate(("wall-clock s", "processor s", "peak MB")):
        if not bare[0][at]:
            continue
        ratios = [our[at] / its[at] for our, its in zip(ours, bare, strict=True)]
        medians = [statistics.median(cost[at] for cost in costs) for costs in (bare, ours)]
        yield (
            f"| {title} | {unit} | {medians[0]:.3f} | {medians[1]:.3f} | {statistics.median(ratios):.3f} | "
            f"{min(ratios):.3f} to {max(ratios):.3f} |"
        )


def main() -> None:
    """Measure in turns and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=0, help="of torch; its own number without")
    parser.add_argument("parts", nargs="*", default=["process", "loop", "four models"])
    asked = parser.parse_args()
    if asked.threads:
        os.environ["OMP_NUM_THREADS"] = str(asked.threads)
    import torch  # noqa: PLC0415 - it reads the environment when it is imported

    small, sets = list(SMALL), ["set5", SET]
    with tempfile.TemporaryDirectory() as folder:
        bare = Bare(Path(folder), [MODEL, *small])
        kinds: dict[str, tuple[Callable[[], Cost], Callable[[], Cost]]] = {
            "process": (lambda: bare.process(MODEL, [SET]), lambda: process_of([MODEL], [SET])),
            "loop": (lambda: bare.loop([MODEL], [SET]), lambda: loop_of([MODEL], [SET])),
            "four models": (lambda: bare.loop(small, sets), lambda: loop_of(small, sets)),
        }
        costs: dict[str, list[tuple[Cost, Cost]]] = {part: [] for part in asked.parts}
        for index in range(asked.rounds + 1):
            for part in asked.parts:
                pair = [0, 1] if index % 2 else [1, 0]  # who is first changes
                measured = {which: kinds[part][which]() for which in pair}
                if index:  # the first round warms the disk
                    costs[part].append((measured[0], measured[1]))
    print(f"{asked.rounds} rounds in turns, {torch.get_num_threads()} threads of torch")
    print(
        "| what | unit | bare | iqabench | ratio | rounds |\n| --- | --- | ---: | ---: | ---: | ---: |"
    )
    for part, pairs in costs.items():
        first, second = ([pair[which] for pair in pairs] for which in (0, 1))
        print("\n".join(lines(part, first, second)))


if __name__ == "__main__":
    main()
