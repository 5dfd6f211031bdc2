"""Trials of the class "disk": the operating system refuses a call, then the same command runs again.

A refusal is told in a sentence; what was written before it is kept; the second run, with the disk mended, has
the result of an undisturbed one.
"""

import errno
import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from trials.faults import at_call
from trials.trial import Command, Steps, Trial
from trials.works import Work, Works, prepare, works_in

_REFUSALS = [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO, errno.EMFILE]
_CALLS: list[tuple[Any, str]] = [
    (os, "write"),
    (os, "fsync"),
    (Path, "open"),
    (Path, "write_bytes"),
    (Path, "replace"),
    (Path, "mkdir"),
    (Path, "unlink"),
]


def trials(seed: int, tries: int, inputs: Path) -> Iterator[Trial]:
    """Give trials of all commands in turn; the refusal and its moment are drawn from the seed."""
    works = works_in(inputs.parent / "works-inputs")
    for number in range(tries):
        rng = random.Random(f"disk {seed} {number}")
        work = works.all[number % len(works.all)]
        yield Trial(f"disk: {work.name}", f"disk {number}", partial(_steps, works, work, rng))


def _steps(works: Works, work: Work, rng: random.Random, top: Path) -> Steps:
    if fault := (yield from works.usual(work, top / "usual")):
        return fault
    folder = top / "refused"
    if fault := (yield from prepare(work, folder)):
        return fault
    (owner, name), code, count = rng.choice(_CALLS), rng.choice(_REFUSALS), rng.randrange(1, 9)
    told = f"{errno.errorcode[code]} at call {count} of {name}"
    before = partial(at_call, owner, name, count, partial(_refuse, code))
    ended = yield Command(work.words, folder, before)
    if fault := ended.fault(0, 1, 3):
        return f"{told}: {fault}"
    if ended.status == 1 and "error:" not in ended.err:
        return f"{told}: no reason was given: {ended.err[-200:]}"
    fault = yield from works.judge(work, folder)
    return f"{told}: {fault}" if fault else ""


def _refuse(code: int) -> NoReturn:
    raise OSError(code, os.strerror(code))
