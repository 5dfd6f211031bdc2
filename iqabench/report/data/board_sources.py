"""Sources of a board's printed figures: file and line, what the file says of itself, addresses."""

import re
from collections.abc import Iterator

from iqabench.boards import Board, BoardEntry
from iqabench.boards.entries import published_file
from iqabench.boards.rows import CsvRow, remarks_of, rows_of
from iqabench.report.data.provenance import Terms

_ADDRESSES = (
    (re.compile(r"https?://[^\s,;()<>\"]+[^\s,;()<>\".]"), "{0}"),
    (re.compile(r"\barXiv[: ](\d{4}\.\d{4,5})", re.IGNORECASE), "https://arxiv.org/abs/{1}"),
    (re.compile(r"\b([\w.-]+/[\w.-]+) at ([0-9a-f]{40})\b"), "https://github.com/{1}/tree/{2}"),
)
"""Patterns of addresses, and of names that have a single address."""


class PrintedSources:
    """The published file of a board, read once."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._rows: dict[int, CsvRow] = {}
        self._remarks: dict[str, str] = {}
        if board.published is not None:
            path = published_file(board)
            self._rows = {row.line: row for row in rows_of(path, (), board.file)}
            self._remarks = remarks_of(path, board.file)

    def row(self, entry: BoardEntry, name: str = "") -> Terms:
        """Return the file, the line and the source of an entry's row; without a name those of its first
        row.
        """
        row = self._rows.get(entry.lines.get(name, entry.line))
        if row is None:
            return ()
        source = row.cells.get("source", "")
        return ("Row", f"{row.path.name}, line {row.line}"), ("Row's source", source)

    @property
    def source(self) -> Terms:
        """Source of the figures, the file they were read from, and the board's own source."""
        published = self._board.published
        printed = published.source if published else ""
        texts = (printed, self._remarks.get("source", ""), self._board.source)
        terms = zip(("Source", "Read in", "Board"), texts, strict=True)
        return (*terms, *(("Address", one) for one in dict.fromkeys(addresses(*texts))))


def addresses(*texts: str) -> Iterator[str]:
    """Yield every address that the texts name: whole, as arXiv:NUMBER or as OWNER/REPOSITORY at COMMIT."""
    for text in texts:
        for pattern, made in _ADDRESSES:
            for found in pattern.finditer(text):
                yield made.format(found[0], *found.groups())
