"""The campaign: commands under kills, damage, bad servers, full disks, strange names and other thread counts.

    python tests/campaigns/campaign.py                          all classes, 2,400 tries
    python tests/campaigns/campaign.py --seed 7 --tries 50 kill names
    python tests/campaigns/campaign.py --short
    python tests/campaigns/campaign.py --only "damage: png" --tries 200
    python tests/campaigns/campaign.py cluster --kills 100     sweeps on Ray under kills; only when named

Every trial is drawn from the seed, so that a failure can be repeated. The table says for each class how many
were tried and how many passed; failures are printed with the name by which they are found again. Nothing
outside a temporary folder is touched, and no network is used but this machine's own.

Exit status: 0 when all passed, 1 when some failed.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # before torch is loaded: forks must not meet its threads

from trials import cluster, damage, disk, kill, names, server, threads
from trials.children import draw_one_board, preload, run_trials
from trials.trial import Trial

CLASSES = {
    "kill": kill, "damage": damage, "server": server, "disk": disk, "names": names, "threads": threads,
}  # fmt: skip
USUAL = {"kill": 200, "damage": 2000, "server": 60, "disk": 40, "names": 80, "threads": 12}
"""The tries of each class in the whole campaign."""
SHORT = {"kill": 4, "damage": 40, "server": 6, "disk": 4, "names": 2, "threads": 1}
"""The tries of each class in the short campaign, which the test suite runs."""


def main(words: list[str] | None = None) -> int:
    """Run classes of the campaign; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "classes", nargs="*", metavar="CLASS", help=", ".join([*CLASSES, "cluster"])
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tries", type=int, help="tries of each class")
    parser.add_argument("--kills", type=int, default=100, help="kills of the class cluster")
    parser.add_argument("--short", action="store_true", help="few tries, as the test suite does")
    parser.add_argument("--only", default="", help="run only trials of this kind or name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="work in this folder, and keep it")
    asked = parser.parse_args(words)
    if wrong := sorted(set(asked.classes) - {*CLASSES, "cluster"}):
        parser.error(
            f"there is no class '{wrong[0]}'; expected some of {', '.join([*CLASSES, 'cluster'])}"
        )
    if "cluster" in asked.classes and len(asked.classes) > 1:
        parser.error("the class cluster is run by itself: leave the other classes out")
    names = asked.classes or list(CLASSES)
    usual = SHORT if asked.short else USUAL
    tries = {n: usual.get(n, 0) if asked.tries is None else asked.tries for n in names}
    if asked.short:
        draw_one_board()
    work = asked.keep or Path(tempfile.mkdtemp(prefix="campaign-"))
    try:
        if "cluster" in asked.classes:
            return 1 if cluster.campaign(asked.kills, asked.seed, work) else 0
        failures = run(tries, asked.seed, work, asked.jobs, asked.only)
    finally:
        if not asked.keep:
            shutil.rmtree(work, ignore_errors=True)
    return 1 if failures else 0


def run(
    tries: Mapping[str, int], seed: int, work: Path, jobs: int, only: str = ""
) -> list[tuple[Trial, str]]:
    """Run so many tries of each class and print their table; return the failures, with what was wrong."""
    preload()
    os.environ.update(environment(work))
    tried: Counter[str] = Counter()
    failures: list[tuple[Trial, str]] = []
    start = time.monotonic()
    for name, count in tries.items():
        for trial, fault in run_trials(_trials(name, seed, count, work, only), work / name, jobs):
            tried[trial.kind] += 1
            if fault:
                failures.append((trial, fault))
            if fault or only:
                print(
                    f"{'FAILED' if fault else 'passed'} {trial.kind}: {trial.name}: {fault}",
                    flush=True,
                )
    _print_table(tried, failures, time.monotonic() - start)
    return failures


def environment(work: Path) -> dict[str, str]:
    """Return the variables of all commands: a home of their own, and no network."""
    return {
        "IQABENCH_HOME": str(work / "home"), "IQABENCH_OFFLINE": "1", "IQABENCH_MIRROR": "",
        "IQABENCH_MODELS": "", "NO_PROXY": "127.0.0.1", "COLUMNS": "120",
    }  # fmt: skip


def _trials(name: str, seed: int, tries: int, work: Path, only: str) -> Iterator[Trial]:
    work = work / f"{name}-inputs"
    work.mkdir(parents=True, exist_ok=True)
    for trial in CLASSES[name].trials(seed, tries, work):
        if only in (trial.kind, trial.name, ""):
            yield trial


def _print_table(tried: Counter[str], failures: list[tuple[Trial, str]], seconds: float) -> None:
    failed = Counter(trial.kind for trial, _ in failures)
    width = max(map(len, tried), default=5)
    print(f"{'class':{width}}  tried  passed")
    for kind, count in sorted(tried.items()):
        print(f"{kind:{width}}  {count:5d}  {count - failed[kind]:6d}")
    total = tried.total()
    print(f"{'all':{width}}  {total:5d}  {total - len(failures):6d}   in {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
