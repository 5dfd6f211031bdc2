"""Fixtures that write boards."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from iqabench.boards import Board, read_board

Write = Callable[..., Board]

PLAIN = """
title: A made challenge
source: nobody
published: {file: made.csv, entry: team}
columns:
  quality: {better: higher, published: quality}
  cost: {better: lower, published: cost}
"""

ROWS = """
team,quality,cost
a,30.0,4
b,29.0,2
c,28.0,1
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return `write(more, csv)`, which reads a board from YAML that is added to the plain one, or replaces
    it."""

    def made(more: str = "", rows: str = ROWS, *, whole: str = "", name: str = "made") -> Board:
        (tmp_path / "made.csv").write_text(dedent(rows).lstrip())
        path = tmp_path / f"{name}.yaml"
        path.write_text((dedent(whole) if whole else PLAIN).lstrip() + dedent(more))
        return read_board(path)

    return made
