"""Crashes: what a model was doing when it ended the process, and the end of its cells that follows.

    with watching_for_crashes("restore", model.card.id, "the image 'baby'"):
        outputs = restore_parts(model, ...)

A model may end the interpreter: a damaged archive reads memory that is not there, a library aborts, a factory
calls os._exit. No exception tells of it. So the program runs its commands in a child process
(`cli/supervisor.py`), which notes here what it is about to do, in memory that its parent sees, too. When the
child ends in the middle of it, the parent starts another one, which finds the crash here and fails what is
left of that model with the reason.

A child that works on several images at once may crash in a decoder or in a metric while a model is at work,
and results that it has not returned are lost with it. So the next child does one thing after the other
(`is_isolated`): a crash that comes again has one cause, and nothing is charged to the model before.

An honest model pays some ten microseconds for each image: it runs in the process in which it is scored, and
no pixel is copied. A process for each foreign model would cost a start and two copies of every image, and a
trial run in a process of its own would miss the model that crashes at the fifth image.

Nothing is watched in a process that has no supervisor, as in a notebook.
"""

import json
import mmap
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from iqabench.errors import ModelError

Stage = Literal["load", "try", "restore", "measure"]
_DOING: dict[Stage, str] = {
    "load": "loaded",
    "try": "tried on",
    "restore": "run on",
    "measure": "measured at",
}
_SIZE = 4096


class Activity(NamedTuple):
    """The work of a model that may end the process."""

    stage: Stage
    model: str
    about: str
    """The image or the size; empty while it is loaded."""
    identity: str
    """The model's name with the hash of its weights, where it has been loaded."""
    isolated: bool = True
    """False when threads worked on other images meanwhile."""

    @property
    def text(self) -> str:
        """The work in words."""
        return " ".join(word for word in (_DOING[self.stage], self.about) if word)


@dataclass
class CrashAccount:
    """The activity of the running child, and the crashes of the children before it."""

    memory: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, _SIZE))
    """Memory that parent and child share."""
    crashes: dict[tuple[Stage, str], str] = field(default_factory=dict)
    """The ends of earlier children, in words, by stage and model."""
    isolates: bool = False
    """True when the child does one thing after the other, to find the cause of a crash."""

    def write(self, activity: Activity | None) -> None:
        """Note what is done now; None for nothing that may end the process."""
        text = json.dumps(activity).encode() if activity else b""
        content = (
            text[: _SIZE - 2] if len(text) < _SIZE - 2 else json.dumps(_short(activity)).encode()
        )
        self.memory[: len(content) + 1] = content + b"\0"

    def read(self) -> Activity | None:
        """Return what the child was doing when it ended."""
        content = bytes(self.memory[:]).partition(b"\0")[0]
        return Activity(*json.loads(content)) if content else None


def _short(activity: Activity | None) -> Activity:
    assert activity is not None  # nothing else is long
    texts = {name: getattr(activity, name)[-600:] for name in ("model", "about", "identity")}
    return activity._replace(**texts)


_accounts: list[CrashAccount] = []
"""The account of this process, when it is supervised."""


def keep_account(account: CrashAccount) -> None:
    """Note the activities of this process in an account that its parent reads."""
    _accounts[:] = [account]


def is_isolated() -> bool:
    """Return whether this process must do one thing after the other, because one before it crashed."""
    return any(account.isolates for account in _accounts)


@contextmanager
def watching_for_crashes(
    stage: Stage, model: str, about: str = "", identity: str = "", *, isolated: bool = True
) -> Iterator[None]:
    """Note that a model is at work within the block; what it prints goes to standard error.

    `isolated` is False when threads work on other images meanwhile.

    Raises: ModelError when the model has ended an earlier process at this stage, and when it asks for the end
        of this one with sys.exit.
    """
    account = _accounts[0] if _accounts else None
    activity = Activity(stage, model, about, (identity or model)[-600:], isolated)
    if account is not None and (ending := account.crashes.get((stage, activity.identity))):
        raise ModelError(ending)
    before = account.read() if account else None
    if account:
        account.write(activity)
    try:
        with redirect_stdout(sys.stderr):  # standard output is for results
            yield
    except SystemExit as error:
        raise ModelError(
            f"it called sys.exit({error.code!r}) while it was {activity.text}."
        ) from error
    finally:
        if account:
            account.write(before)
