"""Remarks on published figures: the protocol behind some cells is another one, or cannot be known."""

from fnmatch import fnmatchcase

from pydantic import Field

from iqabench.boards.quantity import Quantity
from iqabench.facts import Facts

SHOWN = 6
"""The entries or columns of a remark that are listed; the others are counted."""


class Remark(Facts):
    """A remark on the published figures of some entries in some columns."""

    entries: tuple[str, ...] = ("*",)
    """The entries that it is about; a * stands for any text, as in "* (README of LLFlow)"."""
    of: tuple[str, ...] = ()
    """Columns, such as psnr, or single quantities, such as psnr Set5; without any it is about all of them."""
    says: str = Field(min_length=1)
    compares: bool = True
    """False where the protocol of the figures is not the column's, or cannot be known: they are shown, but
    neither ranked nor compared with what is measured."""

    def is_of(self, entry: str) -> bool:
        """Return whether the remark is about an entry."""
        return any(fnmatchcase(entry, pattern) for pattern in self.entries)

    def is_about(self, entry: str, quantity: Quantity) -> bool:
        """Return whether the remark is about an entry's figure in a quantity."""
        named = not self.of or quantity.name in self.of or quantity.column in self.of
        return named and self.is_of(entry)

    @property
    def subject(self) -> str:
        """The cells that the remark is about, in words: "HINet in ssim", "all entries in every column"."""
        whose = "all entries" if self.entries == ("*",) else _listed(self.entries)
        return f"{whose} in {_listed(self.of) or 'every column'}"

    @property
    def words(self) -> str:
        """The remark with what follows from it: "with GT mean; not compared"."""
        return self.says if self.compares else f"{self.says} (not compared)"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
