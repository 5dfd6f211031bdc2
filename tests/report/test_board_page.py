"""Pages of boards: what was published beside what was measured, ranks with their room, what follows."""

from pathlib import Path

import pytest

from iqabench.boards import boards
from iqabench.report.data.aggregate import Results
from iqabench.report.data.board_report import BoardReport, BoardRow, board_report
from iqabench.report.pages.core.site import write_report
from iqabench.store import Store

from .board_example import YAML, made_board, made_records
from .conftest import NASTY, Fill, column_of, filled
from .test_site import Page

PROCESSOR = "a processor (1 thread)"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return filled(tmp_path / "store", made_records())


@pytest.fixture
def page(store: Store, tmp_path: Path) -> BoardReport:
    with Results(store) as results:
        found = board_report(results, made_board(tmp_path))
    assert found is not None
    return found


def row_of(page: BoardReport, entry: str, track: int = 0) -> BoardRow:
    return next(row for row in page.tables[track].rows if row.entry.name == entry)


def cell(page: BoardReport, entry: str, column: str) -> tuple[str, str, str] | None:
    at = [c.name for c in page.columns].index(column)
    found = row_of(page, entry).cells[at]
    return (found.text, found.note, found.kind) if found else None


def test_columns_that_decide_come_first_and_devices_have_their_own(page: BoardReport) -> None:
    assert [c.name for c in page.columns] == [
        "time",
        "time measured a GPU",
        f"time measured {PROCESSOR}",
        "psnr",
        "psnr measured",
        "total",
        "half",
        "params",
        "params measured",
        "hidden",
    ]


def test_published_figures_stand_as_they_were_printed(page: BoardReport) -> None:
    assert cell(page, "Fast", "psnr") == ("29.50", "", "")
    assert cell(page, "Fast", "time") == ("5.0", "", "")
    assert cell(page, "Fast", "params") == ("2", "", "")
    assert cell(page, "Same", "hidden") is None
    assert cell(page, "Fast", "total") == ("29.00", "", "")
    assert cell(page, "Odd", "half") == ("14.5", "", "")  # of 31.00 - 2.00, not of what was printed


def test_measured_figures_say_whether_they_are_within_tolerance(page: BoardReport) -> None:
    assert cell(page, "Base", "psnr measured") == ("30.01", "+0.010", "within")
    assert cell(page, "Fast", "psnr measured") == ("29.00", "-0.500", "out")
    assert cell(page, "Base", "params measured") == ("1", "±0", "within")
    assert cell(page, "Fast", "params measured") == ("2", "+0.5", "out")
    assert page.verdicts == {"within": 2, "out": 2}


def test_times_of_two_devices_never_share_a_column(page: BoardReport) -> None:
    """Ratios to the baseline are compared: 0.5 in the challenge, 0.5 and 0.4 here."""
    assert cell(page, "Fast", f"time measured {PROCESSOR}") == ("4", "×0.500, published ×0.500", "")
    assert cell(page, "Fast", "time measured a GPU") == ("0.4", "×0.400, published ×0.500", "")
    assert cell(page, "Base", "time measured a GPU") == ("1", "", "")
    assert cell(page, "mine", "time measured a GPU") is None


def test_too_few_images_prove_nothing(page: BoardReport) -> None:
    assert cell(page, "mine", "psnr measured") == ("33.50", "2 of 3 images", "")


def test_ranks_and_the_room_that_printed_digits_leave(page: BoardReport) -> None:
    told = [(r.entry.name, r.rank, r.tied, r.room) for r in page.tables[0].rows]
    assert told == [
        ("Fast", 1, False, "1 to 2"),
        ("Same", 2, False, "1 to 2"),
        ("Base", 3, False, ""),
        ("Odd", 4, False, ""),
        (NASTY, None, False, ""),
        ("mine", None, False, ""),
    ]


def test_gates(page: BoardReport) -> None:
    assert row_of(page, NASTY).failed == ("psnr is 27, and the gate is at least 28",)
    assert row_of(page, "Base").failed == ()
    assert row_of(page, "Same", track=1).unchecked == ("hidden at least 28",)
    assert row_of(page, "Same", track=1).rank is None
    assert [r.entry.name for r in page.tables[1].rows if r.rank] == ["Odd", "Base", "Fast"]


def test_what_does_not_follow_is_told(page: BoardReport) -> None:
    assert page.follows == {"equal": 7, "differs": 1, "rounding": 1}
    assert [(c.entry, c.what, c.verdict) for c in page.odd] == [
        ("Odd", "score total", "differs"),
        ("Same", "rank main", "rounding"),
    ]


def test_shared_ranks_are_marked(store: Store, tmp_path: Path) -> None:
    board = made_board(tmp_path, YAML.replace(", published: main_rank}", "}"))
    with Results(store) as results:
        page = board_report(results, board)
    assert page is not None
    told = [(r.entry.name, r.rank, r.tied) for r in page.tables[0].rows[:3]]
    assert told == [("Fast", 1, True), ("Same", 1, True), ("Base", 3, False)]


def test_a_board_without_published_figures_ranks_what_was_measured(
    store: Store, tmp_path: Path
) -> None:
    text = YAML.replace(
        'published: {file: made.csv, entry: team, ranked: main_rank, source: "Table 1"}\n', ""
    )
    text = text.split("columns:")[0].replace("models: {Base: plain, Fast: quick}", "") + (
        "columns:\n  psnr: {title: PSNR, unit: dB, better: higher, metric: psnr@sr-y}\n"
        "tracks:\n  - {name: main, rank: psnr}\n"
    )
    with Results(store) as results:
        page = board_report(results, made_board(tmp_path, text.replace("baseline: Base\n", "")))
    assert page is not None
    assert [(r.entry.name, r.rank) for r in page.tables[0].rows] == [
        ("mine", 1),
        ("plain", 2),
        ("quick", 3),
    ]
    assert page.checks == ()


def test_a_board_of_which_there_is_nothing_has_no_page(fill: Fill) -> None:
    with Results(fill(*column_of([30.0]))) as results:
        assert board_report(results, boards()["pirm2018"]) is None


def test_shipped_boards_follow(fill: Fill) -> None:
    """Figures that other tests hold, too: here they stand on the page."""
    with Results(fill(*column_of([30.0]))) as results:
        page = board_report(results, boards()["ntire2022-esr"])
    assert page is not None
    assert page.entries == 45
    assert page.follows == {"equal": 334, "rounding": 15, "erratum": 1}
    assert [r.entry.name for r in page.tables[0].rows[:3]] == ["ByteESR", "NJU_Jet", "NEESR"]
    assert not page.measured


def test_corrected_figures_stand_beside_the_printed_ones(store: Store, tmp_path: Path) -> None:
    errata = "errata: [{entry: Fast, of: time, instead: 12.0, why: another machine}]\n"
    board = made_board(tmp_path, YAML + errata)
    with Results(store) as results:
        made = board_report(results, board)
    assert made is not None
    assert cell(made, "Fast", "time") == ("5.0", "corrected: 12", "")
    assert cell(made, "Fast", "total") == ("29.00", "corrected: 28.3", "")
    assert cell(made, "Base", "total") == ("29.00", "", "")
    ranks = {r.entry.name: (r.rank, r.correction) for r in made.tables[0].rows}
    assert ranks["Fast"] == (1, "corrected: 3")
    assert ranks["Same"] == (2, "corrected: 1")
    (written,) = [
        p
        for p in write_report(store, tmp_path / "out", among=[board]).pages
        if p.name == "board-made.html"
    ]
    said = Page(written).text
    assert "Fast, score total: 29 printed, 28.3 corrected" in said
    assert "corrected: 3" in said


def test_the_page(store: Store, tmp_path: Path) -> None:
    board = made_board(tmp_path)
    written = write_report(store, tmp_path / "out", among=[board]).pages
    assert written[-1].name == "board-made.html"
    page = Page(written[-1])
    assert "A &lt;b&gt;made&lt;/b&gt; challenge" in page.text
    assert not any(tag == "b" for tag, _ in page.tags)
    assert "total = 1 × psnr" not in page.text
    for said in (
        "psnr - 0.1 × time",
        "psnr at least 28",
        "never released",
        "nobody &amp; nowhere",
        "7 equal",
        "1 that do not follow",
    ):
        assert said in page.text, said
    row = page.row("Fastquick")
    assert row[:4] == ["Fastquick", "11 to 2", "5.0", "0.4×0.400, published ×0.500"]
    links = {link for _, link in page.links()}
    assert {"model-quick.html", "model-mine.html", "index.html"} <= links
    index = Page(tmp_path / "out" / "index.html")
    assert index.row("A <b>made</b> challenge")[1:] == ["Runtime, Quality", "5", "3", "2", "2"]


def test_outputs_of_an_unregistered_entry_stand_in_its_row(tmp_path: Path) -> None:
    """They are scored under the entry's name, as in `iqabench score FOLDER --name Same`."""
    records = column_of([29.5, 29.5, 29.53], model="Same", model_hash="ab" * 32)
    with Results(filled(tmp_path / "store", records)) as results:
        page = board_report(results, made_board(tmp_path))
    assert page is not None
    assert cell(page, "Same", "psnr measured") == ("29.51", "±0", "within")
    assert [row.entry.name for row in page.tables[0].rows].count("Same") == 1
    assert not page.own


def test_a_figure_of_another_protocol_is_shown_beside_what_was_measured(
    store: Store, tmp_path: Path
) -> None:
    remark = "remarks: [{entries: [Base], of: [psnr], says: of RGB, compares: false}]\n"
    with Results(store) as results:
        page = board_report(results, made_board(tmp_path, YAML + remark))
    assert page is not None
    assert cell(page, "Base", "psnr") == ("30.00", "not compared", "")
    assert cell(page, "Base", "psnr measured") == ("30.01", "", "")
    at = [column.name for column in page.columns].index("psnr")
    shown = row_of(page, "Base").cells[at]
    assert shown is not None
    assert shown.title == "of RGB"
    assert row_of(page, "Base", 1).rank is None
