"""Boards: each is a challenge or a classical table, declared in one YAML and one CSV, without code.

A board says what is measured (columns), what must be met (gates), what is made of it (scores) and who stands
where (tracks). Values carry the room that their printed digits leave, so that "the published rank does not
follow" can be told from "it may follow: the organisers ranked unrounded figures".

    column, score, track   the vocabulary
    board                  a board, and what it knows of itself
    references             whether its names refer to something
    rows, entries          the published figures
    values                 numbers with the room of their digits
    scoring, ranking       scores, gates and ranks
    check                  whether what was printed follows from what was printed
    corrections            what is another with the errata put in
    remark                 cells whose protocol is another one, or not known
"""

from iqabench.boards.board import Board, Erratum
from iqabench.boards.catalogue import board, boards, read_board
from iqabench.boards.column import ColumnFacts, Published
from iqabench.boards.corrections import (
    Correction,
    corrected_entries,
    corrected_standings,
    corrections,
    corrects_inputs,
)
from iqabench.boards.entries import BoardEntry, entries_of
from iqabench.boards.quantity import Quantity
from iqabench.boards.ranking import Standing, Standings, standings
from iqabench.boards.remark import Remark
from iqabench.boards.score import ScoreFormula
from iqabench.boards.track import Gate, Track
from iqabench.boards.values import BoundedValue

__all__ = [
    "Board",
    "BoardEntry",
    "BoundedValue",
    "ColumnFacts",
    "Correction",
    "Erratum",
    "Gate",
    "Published",
    "Quantity",
    "Remark",
    "ScoreFormula",
    "Standing",
    "Standings",
    "Track",
    "board",
    "boards",
    "corrected_entries",
    "corrected_standings",
    "corrections",
    "corrects_inputs",
    "entries_of",
    "read_board",
    "standings",
]
