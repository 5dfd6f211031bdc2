"""The consent to code of others: what is neither part of this package nor installed runs only with it.

    with trusting():                                   # --trust, or trust=True
        require_trust("the network 'MyNet' of a card", Path("mine/network.py"))

A factory or a command that the user types is consent, and so is an installed package. A file, a folder, a
board or an environment variable is not: it may come from anyone, and nobody reads a YAML file in fear of what
it starts. Each place that would run such code calls `require_trust` before; SECURITY.md lists the places.

The consent holds for the process, not for a thread, because samples are loaded and scored in threads of their
own.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from iqabench.errors import TrustError

Tell = Callable[[str], None]
"""A function that shows a sentence to the user."""

_tellers: list[Tell] = []
"""The functions of the consents that hold now; without any, nothing is trusted."""
_told: set[str] = set()
_typed: set[str] = set()


def _keep_silent(_: str) -> None:
    """Show nothing."""


@contextmanager
def trusting(trust: bool = True, tell: Tell = _keep_silent) -> Iterator[None]:
    """Consent to code of others within the block; `tell` is given one sentence for each piece that runs.

    Without `trust` the block changes nothing.
    """
    if not trust:
        yield
        return
    _tellers.append(tell)
    try:
        yield
    finally:
        _tellers.remove(tell)


def is_trusting() -> bool:
    """Return whether code of others may run now."""
    return bool(_tellers)


def consent_to(name: str) -> None:
    """Consent to one factory, whose name the user has typed: a card that is made of it may call it."""
    _typed.add(name)


def require_trust(what: str, *files: Path, name: str = "") -> None:
    """Check that code of others may run, before it does; tell of it once.

    `what` says what would be run. `files` hold it, or ask for it. `name` is the factory, when it is one.

    Raises: TrustError, which names the files with the beginnings of their SHA-256.
    """
    if name and name in _typed:
        return
    places = ", ".join(f"{file} (SHA-256 {_sha256_prefix(file)})" for file in files)
    told = f"{what}: {places}" if places else what
    if not _tellers:
        raise TrustError(
            f"code of others would run: {told}. No file or folder may start it by itself; nothing was run. "
            "Look at it; if you trust whoever wrote it, add --trust (trust=True in Python)."
        )
    if told not in _told:
        _told.add(told)
        _tellers[-1](f"--trust: running {told}.")


def _sha256_prefix(file: Path) -> str:
    """Return the first twelve digits of a file's SHA-256; a dash when it cannot be read."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()[:12]
    except OSError:
        return "-"
