"""A simulation of sweeps on clusters: `python tests/benchmarks/cluster_plan.py [TABLE ...]`.

It drives the scheduler of the package (`iqabench.run.executors.scheduling`), so that what is simulated is the
policy that clusters run. Prints Markdown tables; the seed is 0. `cluster_sweep.py` has the costs,
`cluster_simulation.py` the cluster.
"""

import argparse
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cluster_simulation import COLUMNS, Cluster, simulate
from cluster_sweep import COSTS, LOAD, PRINTED_MEGAPIXELS, TIME, sweep_of

from iqabench.run.executors.scheduling import SchedulePolicy

WORKERS = (1, 2, 4, 8, 16, 32, 64)


def hours(seconds: float) -> str:
    """Return hours, or minutes or seconds where it is less."""
    if seconds < 600:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 36_000 else f"{seconds / 3600:.2f} h"


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table, row by row."""
    print(f"\n| {' | '.join(head)} |\n|{' ---: |' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)


def fitted() -> None:
    """Print the fits, and what the sweep is made of."""
    for title, line, unit in (("loading", LOAD, "s by MB"), ("GPU time", TIME, "ms by GFLOPs")):
        print(
            f"{title}: {line.at_zero:.4f} + {line.slope:.4f} x ({unit}), R2 {line.explained:.2f}, "
            f"typical error {line.typical_error:.0%}"
        )
    sweep = sweep_of()
    gpu = sorted(model.gpu_s * PRINTED_MEGAPIXELS * 1e3 for model in sweep.models)
    load = sorted(model.load_s for model in sweep.models)
    for title, values in (("GPU ms a DIV2K image", gpu), ("loading s", load)):
        print(f"{title}: {values[0]:.2f}, median {statistics.median(values):.2f}, {values[-1]:.2f}")
    print(f"{sweep.images:,} images, decoding {COSTS['images']['decode_ms']:.1f} ms a megapixel")


def scaling() -> None:
    """Print the makespan by the number of workers."""
    sweep = sweep_of()
    rows = []
    for workers in WORKERS:
        found = simulate(sweep, Cluster(workers))
        rows.append([
            workers, hours(found.makespan_s), hours(found.bound_s), f"{found.ratio:.4f}", found.loads,
            f"{found.load_s / workers / found.makespan_s:.1%}", f"{found.scheduler_s:.0f} s",
        ])  # fmt: skip
    head = ["workers", "makespan", "lower bound", "ratio", "loads", "time loading", "simulated in"]
    print_table(head, rows)


POLICIES = {
    "as it is": SchedulePolicy(),
    "no splitting": SchedulePolicy(splits=False),
    "no affinity": SchedulePolicy(has_affinity=False),
    "neither": SchedulePolicy(splits=False, has_affinity=False),
    "one item at a time": SchedulePolicy(most_items=1),
}


def policies() -> None:
    """Print the makespan with parts of the policy turned off."""
    rows = []
    for title, sweep in (
        ("100 x 20 x 100", sweep_of(100)),
        ("8 x 5 x 100", sweep_of(8, 5)),
        ("1 x 1 x 1000", sweep_of(1, 1, 1000)),
    ):
        for name, policy in POLICIES.items():
            row: list[object] = [title, name]
            for workers in (4, 16, 64):
                found = simulate(sweep, Cluster(workers), policy)
                row += [hours(found.makespan_s), f"{found.ratio:.3f}", found.loads]
            rows.append(row)
    head = ["models x sets x images", "policy"]
    for workers in (4, 16, 64):
        head += [f"{workers} workers", "ratio", "loads"]
    print_table(head, rows)


def stragglers() -> None:
    """Print the effect of slow workers and of a lost node."""
    rows = []
    for title, sweep in (("100 x 20 x 100", sweep_of(100)), ("20 x 5 x 100", sweep_of(20, 5))):
        for workers in (4, 16, 64):
            even = simulate(sweep, Cluster(workers))
            node = max(workers // 4, 1)
            cases = {
                "none": even,
                "one worker at half speed": simulate(sweep, Cluster(workers, slow=1)),
                "the same, no splitting": simulate(
                    sweep, Cluster(workers, slow=1), POLICIES["no splitting"]
                ),
                f"{node} workers lost in the middle": simulate(
                    sweep, Cluster(workers, lost=node, lost_at_s=even.makespan_s / 2)
                ),
            }
            rows += [
                [title, workers, name, hours(found.makespan_s), f"{found.ratio:.3f}",
                 f"{found.makespan_s / even.makespan_s:.3f}", found.redone, found.failed]
                for name, found in cases.items()
            ]  # fmt: skip
    head = [
        "models x sets x images",
        "workers",
        "trouble",
        "makespan",
        "ratio",
        "by none",
        "redone",
        "failed",
    ]
    print_table(head, rows)


def loading() -> None:
    """Print the effect of the time of loading."""
    sweep = sweep_of(100)
    rows = []
    for factor in (0.0, 1.0, 10.0, 100.0):
        for name in ("as it is", "no affinity"):
            row: list[object] = [f"x {factor:g}", name]
            for workers in (16, 64):
                found = simulate(sweep, Cluster(workers, load_times=factor), POLICIES[name])
                row += [hours(found.makespan_s), f"{found.ratio:.3f}", found.loads]
            rows.append(row)
    head = ["loading", "policy", "16 workers", "ratio", "loads", "64 workers", "ratio", "loads"]
    print_table(head, rows)


def scoring() -> None:
    """Print the effect of workers that only score, and of decoding."""
    sweep = sweep_of(100, 20)
    rows = []
    for columns, names in COLUMNS.items():
        score_s = sum(COSTS["metrics"][name] for name in names) / 1e3
        for each in (0, 1, 2, 4, 8, 16):
            row: list[object] = [columns, each]
            for decoders in (1, math.inf):
                cluster = Cluster(8, 8 * each, score_s, decoders)
                found = simulate(sweep, cluster)
                row += [hours(found.makespan_s), f"{found.ratio:.3f}"]
            rows.append(row)
    head = ["columns", "score workers for each of 8 GPUs", "one decoder", "ratio"]
    print_table([*head, "images are decoded", "ratio"], rows)


def unknown() -> None:
    """Print the effect of knowing no costs in advance, as the first sweep of new models does."""
    sweep = sweep_of(100, 20)
    rows = []
    for workers in (16, 64):
        for known in (True, False):
            found = simulate(sweep, replace(Cluster(workers), known=known))
            rows.append([workers, "known" if known else "unknown", hours(found.makespan_s),
                         f"{found.ratio:.3f}", found.loads])  # fmt: skip
    print_table(["workers", "costs", "makespan", "ratio", "loads"], rows)


TABLES = {
    "fitted": fitted,
    "scaling": scaling,
    "policies": policies,
    "stragglers": stragglers,
    "loading": loading,
    "scoring": scoring,
    "unknown": unknown,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "tables", nargs="*", default=list(TABLES), metavar="TABLE", help=", ".join(TABLES)
    )
    for name in parser.parse_args().tables:
        TABLES[name]()


if __name__ == "__main__":
    main()
