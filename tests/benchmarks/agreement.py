"""How near every metric comes to its oracle.

    python tests/benchmarks/agreement.py               measures all, rewrites agreement.csv of metrics/core
    python tests/benchmarks/agreement.py ssim niqe     measures these, keeps the other rows
    python tests/benchmarks/agreement.py --markdown    prints the table of leaderboards/measured/README.md

Rows whose weights or images cannot be had here keep what was measured before; nothing is invented.
IQABENCH_MIRROR says where weights and images are; OMP_NUM_THREADS=1 is kind to the machine.
"""

import csv
import sys
from dataclasses import astuple, fields
from time import perf_counter

import numpy as np
from oracles import Oracle

from iqabench.errors import MetricWeightsError
from iqabench.metrics import metrics, set_metrics
from iqabench.metrics.core.agreement import FILE, Agreement, agreements

NAMES = [field.name for field in fields(Agreement)]
HEAD = ["metric", "oracle", "pairs", "largest difference", "over", "other libraries"]


def table() -> list[Oracle]:
    """Every oracle, sorted by metric; those of one metric in the order in which they are written down."""
    import oracles_alone  # noqa: PLC0415
    import oracles_frechet  # noqa: PLC0415
    import oracles_full  # noqa: PLC0415
    import oracles_inputs  # noqa: PLC0415
    import oracles_learned  # noqa: PLC0415

    parts = (oracles_full, oracles_alone, oracles_learned, oracles_frechet, oracles_inputs)
    return sorted((row for part in parts for row in part.TABLE), key=lambda row: row.metric)


def measured(oracle: Oracle) -> Agreement:
    """The largest difference over all its cases."""
    largest, pairs = 0.0, 0
    for ours, theirs in oracle.cases():
        apart = abs(ours - theirs)
        if oracle.relative and apart:
            apart /= abs(theirs)
        if not np.isfinite(apart):
            raise ArithmeticError(f"{oracle.metric} has {ours} for {theirs}")
        largest, pairs = max(largest, float(apart)), pairs + 1
    return Agreement(
        oracle.metric,
        oracle.words,
        pairs,
        float(f"{largest:.2g}"),
        oracle.relative,
        oracle.on,
        oracle.others,
    )


def measure(names: list[str]) -> tuple[list[Agreement], int]:
    """All rows, measured now or kept, and how many oracles failed."""
    before = {(row.metric, row.oracle): row for row in (agreements() if FILE.is_file() else ())}
    rows, failed = [], 0
    for oracle in table():
        row = before.get((oracle.metric, oracle.words))
        if not names or oracle.metric in names:
            start = perf_counter()
            found = attempted(oracle)
            if isinstance(found, Agreement):
                row, said = found, found.difference
            else:
                failed += not isinstance(found, absent())
                said = f"NOT MEASURED, {'kept' if row else 'no row'}: {found!r}"
            seconds = perf_counter() - start
            print(f"{oracle.metric:16} {seconds:6.1f} s  {said}  ({oracle.words})", flush=True)
        rows += [row] if row else []
    return rows, failed


def attempted(oracle: Oracle) -> Agreement | BaseException:
    """What was measured, or why it was not."""
    caught: tuple[type[BaseException], ...] = (Exception, *absent())
    # one oracle must not cost the others their figures
    try:
        return measured(oracle)
    except caught as error:
        return error


def absent() -> tuple[type[BaseException], ...]:
    """What says that weights or images cannot be had here."""
    from pytest import skip  # noqa: PLC0415, PT013

    return MetricWeightsError, skip.Exception


def write(rows: list[Agreement]) -> None:
    """To the package."""
    with FILE.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(NAMES)
        for row in rows:
            values = dict(zip(NAMES, astuple(row), strict=True))
            lines.writerow(({**values, "relative": "yes" if row.relative else "no"}).values())


def markdown() -> str:
    """What was measured, for people."""
    lines = [HEAD, ["---", "---", "---:", "---:", "---", "---"]]
    before = ""
    for row in agreements():
        name = row.metric if row.metric != before else ""
        unit = "" if row.relative else " absolute"
        figure = f"{row.largest_difference:.1e}{unit}" if row.largest_difference else "0"
        lines.append(
            [name, row.oracle, str(row.pairs), figure, row.measured_on, row.other_libraries]
        )
        before = row.metric
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(words: list[str]) -> None:
    """Measure, or print."""
    if words == ["--markdown"]:
        print(markdown())
        return
    known = {*metrics().names(), *set_metrics().names()}
    if unknown := set(words) - known:
        raise SystemExit(f"no metric is called {', '.join(sorted(unknown))}")
    rows, failed = measure(words)
    write(rows)
    if failed:
        raise SystemExit(f"{failed} oracles failed; their rows are those of before")


if __name__ == "__main__":
    main(sys.argv[1:])
