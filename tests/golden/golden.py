"""The golden set: freezes results, and checks after a change that none of them moved.

    python tests/golden/golden.py make  [PART ...]          write the golden files
    python tests/golden/golden.py check [PART ...]          compare with them
    python tests/golden/golden.py check --exact [PART ...]  to the last digit

Parts: metrics, runs, boards, index, resume; all of them unless some are named. `--quick` leaves out what the
test suite leaves out. What needs real images or weights needs `IQABENCH_MIRROR`; without it those cases are
skipped, and the report says so. Nothing is fetched, and no home or store but temporary ones is touched.

Keys, hashes, names and counts must be equal. Numbers may differ by a relative 1e-9 where they come from
double arithmetic alone, and by 2e-5 where a network or single precision has a part in them: other processors
have other instructions and sum in another order, so the last digits of float32 differ, and with them now and
then a pixel; ILNIQE, which is ill-conditioned, has 1e-3. On one and the same machine with the same libraries
nothing differs: there, use `--exact`.

Since version 0.2, folders that keep their size are of the task "restore", and no longer "denoise": the golden
files have the new word, keys do not depend on it. The ends of intervals, `ci_low` and `ci_high`, are those of
Student's interval, corrected for skewness, and no longer a bootstrap's, which covered too little; no value
moved. A metric without its weights is a failed record as before. `reproduce` on ntire2026-esr has rows of
what its errata correct, and ntire2026-imagesr-x4 is a board. bicubic-2014, whose border is as wide as the
scale, is refused where no scale is named: its four records are those of `--scale 1`, which was meant, with
the level x1 in name and key; their values are the old ones. The classical, denoising and JPEG boards
hold more tables, denoising-grey has three sets, whose names stand in its columns, and pages of boards are
more; what the other boards print is the same.

Exit status: 0 all equal, 1 differences, 2 wrong usage.
"""

import argparse
import os
import sys
import time

from frozen.case import Case, measured, own_environment
from frozen.command import checkout
from frozen.difference import Compared, compare
from frozen.file import path_of, read_part, write_part
from frozen.metrics import CASES as METRICS
from frozen.outputs import BOARDS, INDEX
from frozen.records import Entries
from frozen.resume import CASES as RESUME
from frozen.resume import make_old_store
from frozen.runs import CASES as RUNS

PARTS: dict[str, tuple[Case, ...]] = {
    "metrics": METRICS, "runs": RUNS, "boards": BOARDS, "index": INDEX, "resume": RESUME,
}  # fmt: skip

SHOWN = 20
"""Differences that the report prints of each part."""


def main(words: list[str] | None = None) -> int:
    """Make or check parts; the exit status."""
    parser = argparse.ArgumentParser(description="Freeze results, or compare with frozen ones.")
    parser.add_argument("action", choices=["make", "check"])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--exact", action="store_true", help="numbers must be equal to the last digit"
    )
    parser.add_argument("--quick", action="store_true", help="only what the test suite measures")
    asked = parser.parse_intermixed_args(words)
    if wrong := [name for name in asked.parts if name not in PARTS]:
        parser.error(f"there is no part {wrong[0]}; expected some of {', '.join(PARTS)}")
    parts = asked.parts or list(PARTS)
    _say(f"measured: the package in {checkout()}")
    with own_environment():
        if asked.action == "make":
            return _make(parts)
        outcomes = [_check(part, exact=asked.exact, quick=asked.quick) for part in parts]
    total = sum(len(outcome.differences) for outcome in outcomes)
    _say(f"{total or 'no'} differences in {sum(o.values for o in outcomes)} values")
    return 1 if total else 0


def _make(parts: list[str]) -> int:
    if not os.environ.get("IQABENCH_MIRROR"):
        _say("NO MIRROR: golden files hold what needs one; set IQABENCH_MIRROR")
        return 2
    for part in parts:
        if part == "resume":
            make_old_store()
        start = time.monotonic()
        found = {case.name: measured(case) for case in PARTS[part]}
        size = write_part(part, found)
        entries = sum(len(entries) for entries in found.values())
        seconds = time.monotonic() - start
        _say(f"{part}: {entries} entries, {size} bytes in {path_of(part).name} ({seconds:.0f} s)")
    return 0


def _check(part: str, *, exact: bool, quick: bool) -> Compared:
    frozen, total, start, done = read_part(part), Compared(), time.monotonic(), 0
    for case in PARTS[part]:
        if quick and not case.quick:
            continue
        if case.mirror and not os.environ.get("IQABENCH_MIRROR"):
            total.notes.append(f"{case.name}: NO MIRROR: skipped; set IQABENCH_MIRROR")
            continue
        total.add(checked(case, frozen, exact=exact))
        done += 1
    _say(f"{part}: {total.values} values in {done} cases, {len(total.differences)} differences "
         f"({time.monotonic() - start:.0f} s)")  # fmt: skip
    for difference in total.differences[:SHOWN]:
        _say(f"  DIFFERS {difference}")
    if len(total.differences) > SHOWN:
        _say(f"  ... and {len(total.differences) - SHOWN} more")
    for note in total.notes:
        _say(f"  note: {note}")
    return total


def checked(case: Case, frozen: dict[str, Entries], *, exact: bool = False) -> Compared:
    """Measure a case and compare it with its frozen entries; a command that fails is a difference."""
    if case.name not in frozen:
        return Compared(1, [f"{case.name}: was never frozen; run 'make'"])
    try:
        found = measured(case)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cases are worth checking
        return Compared(1, [f"{case.name}: cannot be measured: {type(error).__name__}: {error}"])
    outcome = compare(frozen[case.name], found, case.rule, exact=exact)
    outcome.differences = [f"{case.name}: {line}" for line in outcome.differences]
    outcome.notes = [f"{case.name}: {line}" for line in outcome.notes]
    return outcome


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
