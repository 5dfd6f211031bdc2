"""Printed and measured, side by side."""

from pathlib import Path

import pytest

from iqabench.errors import FactsError
from iqabench.submissions.measure import SubmissionRow
from iqabench.submissions.published_counts import (
    PublishedCounts,
    as_markdown,
    compare_published,
    read_published,
)

PUBLISHED = Path(__file__).parents[2] / "leaderboards" / "published"

TABLE = """# source: a test
# flops_G: macs@ntire2022
team,params_M,flops_G,acts_M,conv,model_id
Right,0.317,19.70,80.05,39,4
Other,0.156,9.45,65.76,43,18
Wrong,0.176,8.73,160.43,25,20
Absent,0.339,20.41,325.53,148,7
Unknown,0.1,1.0,2.0,3,
"""


def row(number: int, *values: float, **more: dict[str, list[str]]) -> SubmissionRow:
    names = ("params@all", "macs@ntire2022", "activations@ntire", "conv_layers@ntire", "macs@exact")
    return SubmissionRow(number, values=dict(zip(names, values, strict=True)), **more)  # type: ignore[arg-type]


ROWS = [
    row(4, 317_218, 19.695e9, 80.045e6, 39, 19.675e9),
    row(18, 156_288, 2.018e9, 65.758e6, 43, 9.446e9, notes={"macs@ntire2022": ["78 Linears"]}),
    row(
        20,
        176_000,
        8.7312e9,
        160.43e6,
        25,
        15.3e9,
        notes={"macs@ntire2022": ["40 Linears"], "": ["x"]},
    ),
    SubmissionRow(7, error="no such file"),
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "table.csv").write_text(TABLE)
    return tmp_path / "table.csv"


def test_equal_to_the_printed_digits_or_explained(table: Path) -> None:
    right, other, wrong, absent, unknown = compare_published(ROWS, read_published(table))
    assert right.equal
    assert right.explanation == ""
    assert not other.equal
    assert [name for name, figure in other.figures.items() if not figure.equal] == ["flops_G"]
    assert other.figures["flops_G"].measured == "2.02"
    assert other.explanation.startswith("flops_G as printed is macs@exact; 78 Linears")
    assert wrong.equal
    assert wrong.explanation == "macs@ntire2022 is 0.57 of the exact count; 40 Linears; x"
    assert (absent.measured, absent.explanation) == (False, "not measured: no such file")
    assert (unknown.model_id, unknown.explanation) == (None, "no such model in the checkout")


def test_a_lower_bound_is_told_and_what_fits_no_convention() -> None:
    published = PublishedCounts(
        "a test", {"flops_G": "macs@ntire2022"}, [{"flops_G": "9.50", "model": "18_A"}]
    )
    values = {"macs@ntire2022": 9.40e9, "macs@fvcore": 9.41e9, "macs@exact": 9.42e9}
    details = {"macs@exact": {"lower_bound": True}}
    measured = SubmissionRow(18, values=values, details=details, notes={"macs@exact": ["a tensor"]})
    (one,) = compare_published([measured], published)
    expected = "flops_G as printed is none of macs@ntire2022, macs@fvcore, macs@exact; a tensor"
    assert one.explanation == expected
    assert "| ≥ 9.420 | **no** |" in as_markdown([one])


def test_as_a_table(table: Path) -> None:
    lines = as_markdown(compare_published(ROWS, read_published(table))).splitlines()
    assert lines[2] == "| 4 | Right | 0.317 | 19.70 | 80.05 | 39 | 19.675 | yes |  |"
    assert "| 9.45 / **2.02** |" in lines[3]
    assert lines[5].startswith("| 7 | Absent | 0.339 / – |")
    assert len({line.count("|") for line in lines}) == 1


def test_a_file_that_is_no_such_table(tmp_path: Path) -> None:
    (tmp_path / "no.csv").write_text("team,params_M\nA,1\n")
    with pytest.raises(FactsError, match="# source:"):
        read_published(tmp_path / "no.csv")


@pytest.mark.parametrize(
    ("name", "rows", "counter"),
    [("ntire2022_esr", 45, "macs@ntire2022"), ("ntire2026_esr", 16, "macs@fvcore")],
)
def test_the_organisers_tables_can_be_read(name: str, rows: int, counter: str) -> None:
    published = read_published(PUBLISHED / f"{name}.csv")
    assert len(published.rows) == rows
    assert published.columns["flops_G"] == counter
    assert "NTIRE" in published.source
