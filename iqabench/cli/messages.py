"""Messages on standard error: printed without control characters, which would change the terminal."""

import sys
import warnings
from types import TracebackType
from typing import TextIO

from iqabench.errors import DamageWarning, IqabenchWarning
from iqabench.printable import printable


def tell(message: str) -> None:
    """Print a message on standard error; while bars are drawn there, above them."""
    if sys.stderr is not None:  # closed by the caller
        sys.stderr.write(printable(message, keep="\n") + "\n")
        sys.stderr.flush()


class Notices:
    """The printing of warnings of iqabench, each of them once; a context manager.

    Warnings of libraries are not printed, unless python is given -W or PYTHONWARNINGS.
    """

    def __init__(self) -> None:
        self.damage = False
        """True as soon as a damaged file was left out."""
        self._told: set[str] = set()
        self._usual = warnings.showwarning

    def __enter__(self) -> "Notices":
        warnings.showwarning = self._show
        warnings.filterwarnings("always", category=IqabenchWarning)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        warnings.showwarning = self._usual

    def _show(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if not issubclass(category, IqabenchWarning):
            if sys.warnoptions:  # libraries warn programmers, who ask for it with python -W
                self._usual(message, category, filename, lineno, file, line)
            return
        self.damage |= issubclass(category, DamageWarning)
        if str(message) not in self._told:
            self._told.add(str(message))
            tell(f"warning: {message}")
