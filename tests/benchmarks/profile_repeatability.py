"""Whether latency repeats: several profiles of each model, every one in a process of its own.

    python tests/benchmarks/profile_repeatability.py        pocket and rlfn_ntire, five times each
    python tests/benchmarks/profile_repeatability.py pan --threads 2

Targets on a quiet machine: the medians of all profiles within 3 % (largest by smallest); the ratio of a model
against itself 1.00 within 1 % when both are sampled in turns; bookkeeping below 1 % of the time. The exit
status is 1 when one is missed. What the machine was warned of stands below the table.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context

import torch

from iqabench.models.core.load import load_model
from iqabench.probes import sizes_of
from iqabench.probes.machine import hold_device, machine_state, timing_warnings
from iqabench.probes.timing import Contender, Ratio, Sampling, Times, ratio, sample
from iqabench.run.natural_image import natural_batch

SPREAD, SAME, OVERHEAD = 0.03, 0.01, 0.01
_HEAD = """\
| model | p50 of each, ms | apart | settled | farthest ratio to itself | bookkeeping | met |
|---|---|---|---|---|---|---|"""


@dataclass(frozen=True)
class Profiled:
    """What one process measured: a model alone, and in turns with itself, loaded twice."""

    alone: Times
    against_itself: Ratio
    overhead: float
    warnings: list[str]


def profiled(name: str, asked: argparse.Namespace) -> Profiled:
    """One profile, in this process."""
    if asked.threads:
        torch.set_num_threads(asked.threads)
    how = Sampling(budget_s=asked.budget)
    size = sizes_of([asked.input], [])[0]
    with ExitStack() as stack:
        twins = []
        for _ in range(2):
            model = load_model(name, allow_random_weights=True).to(asked.device)
            batch = natural_batch(size.input_shape(model.card.whole_scale), model.card.range)
            call = stack.enter_context(model.bare())
            twins.append(Contender(name, call, batch.to(model.device), model.device))
        stack.enter_context(hold_device(asked.device, wait=True))
        before = machine_state(asked.device)
        (alone,) = sample(twins[:1], how)
        first, second = sample(twins, how)
        warnings = timing_warnings(before, machine_state(asked.device), [alone, first])
    overhead = max(times.overhead for times in (alone, first, second))
    return Profiled(alone, ratio(second, first), overhead, warnings)


def in_fresh_processes(name: str, asked: argparse.Namespace) -> Iterator[Profiled]:
    """So many profiles, one after the other."""
    for _ in range(asked.profiles):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield pool.submit(profiled, name, asked).result()


def row(name: str, found: list[Profiled]) -> tuple[str, bool]:
    """A line of the table, and whether the targets are met."""
    medians = [one.alone.p50 for one in found]
    apart = max(medians) / min(medians) - 1
    farthest = max((one.against_itself for one in found), key=lambda r: abs(r.value - 1))
    overhead = max(one.overhead for one in found)
    steady = sum(one.alone.ended == "steady" for one in found)
    met = apart <= SPREAD and abs(farthest.value - 1) <= SAME and overhead < OVERHEAD
    cells = [
        name,
        " ".join(f"{median:.4g}" for median in medians),
        f"{apart:.1%}",
        f"{steady} of {len(found)}",
        f"{farthest.value:.4f} [{farthest.low:.4f}, {farthest.high:.4f}]",
        f"{overhead:.3%}",
        "yes" if met else "no",
    ]
    return f"| {' | '.join(cells)} |", met


def options() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", default=["pocket", "rlfn_ntire"])
    parser.add_argument("--profiles", type=int, default=5, help="of each model")
    parser.add_argument("--input", default="3x256x256", help="channels x height x width")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, help="of torch; as many as it takes otherwise")
    parser.add_argument("--budget", type=float, default=20.0, help="seconds of sampling a model")
    return parser.parse_args()


def main() -> int:
    """Measure and print; 1 when a target is missed."""
    asked = options()
    print(_HEAD)
    missed, warnings = False, list[str]()
    for name in asked.models:
        found = list(in_fresh_processes(name, asked))
        line, met = row(name, found)
        print(line, flush=True)
        missed |= not met
        warnings += [f"profile {i + 1}: {w}" for i, one in enumerate(found) for w in one.warnings]
    print("", *warnings, sep="\n")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
