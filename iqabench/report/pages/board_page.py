"""The page of a board: published figures beside what was measured here, and how the board ranks."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from iqabench.report.data.board_report import BoardReport
from iqabench.report.pages.core import Report, Sheet, page
from iqabench.report.pages.dialogs.board_figures import VERDICTS, board_dialogs, keys_of_checks
from iqabench.report.text.page_names import page_slugs


@page(title="Boards", template="board.html", name="board", order=60, listed=False)
def board_page(report: Report) -> Iterator[Sheet]:
    """Yield a sheet for each board with any figure."""
    slugs = page_slugs("board", (board.board.name for board in report.boards))
    for board in report.boards:
        name = board.board.name
        yield Sheet(slugs[name], partial(_values, report, board), name)


def _values(report: Report, board: BoardReport) -> dict[str, Any]:
    return {
        "page": board,
        "verdict_words": VERDICTS,
        "dialogs": board_dialogs(board, report.sources),
        "odd_keys": keys_of_checks(board),
    }
