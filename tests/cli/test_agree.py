"""`iqabench agree` from end to end: rows, forms, exit statuses, and the same from Python."""

import csv
import io
from pathlib import Path

import pytest
import scipy.stats
from opinions.handed import HANDED, LEVELS, SCENES, opinion, pixels

import iqabench
from iqabench.errors import UsageError
from iqabench.images import write_image
from iqabench.metrics import column
from iqabench.opinions import opinion_sets

from .conftest import Call

ROW = ("set", "column", "statistic", "fit", "value", "ci_low", "ci_high", "n", "failed", "error")
QUICK = ("--resamples", "20", "--device", "cpu", "--allow-missing")
NO_FIT = ("--fit", "none")
"""Fits take most of the time; tests of other things do without."""


@pytest.fixture(autouse=True)
def _here(in_tmp: Path) -> None:
    """Every command runs in an empty folder."""


def test_rows_agree_with_scipy(call: Call) -> None:
    HANDED["tid2013"](Path("tid"))
    result = call("agree", "--set", "tid2013", "--from", "tid", "--json", *QUICK)
    assert result.status == 0
    assert tuple(result.rows[0])[:9] == ROW[:9]
    assert set(ROW) <= set(result.rows[0])
    assert [(r["statistic"], r["fit"]) for r in result.rows if r["column"] == "ssim@rgb"] == [
        ("srcc", ""),
        ("krcc", ""),
        ("plcc", "none"),
        ("plcc", "4"),
        ("rmse", "4"),
        ("plcc", "5"),
        ("rmse", "5"),
        ("ntire2021", "cubic"),
    ]
    pairs = [(s, v) for s in range(1, SCENES + 1) for v in range(1, LEVELS + 1)]
    psnr = column("psnr")
    x = [psnr(pixels(s, v), pixels(s)) for s, v in pairs]
    y = [opinion(s, v) for s, v in pairs]
    found = {(r["column"], r["statistic"], r["fit"]): r for r in result.rows}
    srcc = found["psnr@rgb", "srcc", ""]
    assert srcc["value"] == pytest.approx(scipy.stats.spearmanr(x, y).statistic)
    assert srcc["ci_low"] <= srcc["value"] <= srcc["ci_high"]
    assert (srcc["n"], srcc["failed"], srcc["error"]) == (12, 0, "")
    plcc = found["psnr@rgb", "plcc", "none"]["value"]
    assert plcc == pytest.approx(scipy.stats.pearsonr(x, y).statistic)


@pytest.mark.parametrize("name", sorted(HANDED))
def test_every_set_agrees_with_noise(call: Call, name: str) -> None:
    """Noise made the images and the opinions worse, in whichever direction either counts."""
    HANDED[name](Path("set"))
    column = "mae" if opinion_sets().get(name).has_references else "total_variation"
    words = ("--column", column, "--resamples", "0", "--fit", "none")
    part = call("agree", "--set", name, "--from", "set", *words, "--json")
    assert part.status == 3
    assert "the whole set has" in part.err
    result = call("agree", "--set", name, "--from", "set", *words, "--allow-missing", "--json")
    assert result.status == 0, result.err
    by_name = {r["statistic"]: r["value"] for r in result.rows}
    assert by_name["srcc"] > 0.7
    assert result.rows[0]["n"] == 12
    assert result.rows[0]["ci_low"] is None


def test_a_second_column_finds_the_first(call: Call) -> None:
    HANDED["csiq"](Path("csiq"))
    words = ("agree", "--set", "csiq", "--from", "csiq", "--column", "psnr", *QUICK, *NO_FIT)
    first = call(*words, "--json")
    again = call(*words, "--json")
    assert again.out == first.out
    assert "12 images had their records already" in again.err
    assert "12 opinions are in csiq; the whole set has 866" in again.err
    both = call(*words, "--column", "mae", "--json")
    assert both.rows[: len(first.rows)] == first.rows
    assert {r["column"] for r in both.rows} == {"psnr@rgb", "mae@rgb"}


def test_forms(call: Call) -> None:
    HANDED["csiq"](Path("csiq"))
    words = (
        "agree",
        "--set",
        "csiq",
        "--from",
        "csiq",
        "--column",
        "psnr",
        "--fit",
        "cubic",
        *QUICK,
    )
    rows = list(csv.DictReader(io.StringIO(call(*words, "--csv").out)))
    assert [r["statistic"] for r in rows] == ["srcc", "krcc", "plcc", "rmse", "ntire2021"]
    assert call(*words, "--markdown").out.startswith("| set | column | statistic | fit | value |")
    plain = call(*words).out
    assert "ntire2021" in plain
    assert "error" not in plain


def test_failed_images_are_told_and_exit_with_3_unless_they_may_be_missing(call: Call) -> None:
    folder = HANDED["kadid10k"](Path("kadid"))
    (folder / "images" / "I02_11_02.png").write_bytes(b"no image")
    words = ["agree", "--set", "kadid10k", "--from", folder, "--column", "psnr", "--json", *QUICK]
    result = call(*words)
    assert result.status == 0  # with --allow-missing
    strict = call(*(word for word in words if word != "--allow-missing"))
    assert strict.status == 3
    assert {(r["n"], r["failed"]) for r in result.rows} == {(11, 1)}
    assert all(r["value"] is not None for r in result.rows)
    assert "failed: kadid10k on I02_11_02: " in result.err


def test_identical_images_are_counted(call: Call) -> None:
    folder = HANDED["kadid10k"](Path("kadid"))
    for scene in (1, 2):
        write_image(folder / "images" / f"I0{scene}_11_01.png", pixels(scene))
    result = call(
        "agree", "--set", "kadid10k", "--from", folder, "--column", "psnr", *QUICK, "--json"
    )
    assert result.status == 0
    found = {(r["statistic"], r["fit"]): r for r in result.rows}
    assert (found["srcc", ""]["n"], found["srcc", ""]["infinite"]) == (12, 0)
    assert (found["plcc", "none"]["n"], found["plcc", "none"]["infinite"]) == (10, 2)
    assert "psnr@rgb: 2 infinite values" in result.err


def test_a_constant_metric_is_a_row_with_a_reason(call: Call) -> None:
    folder = HANDED["kadid10k"](Path("kadid"))
    for path in folder.glob("images/I*_*_*.png"):
        write_image(path, pixels(1))
    words = ("agree", "--set", "kadid10k", "--from", folder, "--column", "entropy", *QUICK)
    result = call(*words, "--json")
    assert result.status == 3
    assert {r["value"] for r in result.rows} == {None}
    assert "the metric says the same of every image" in result.rows[0]["error"]
    assert "the metric says the same of every image" in call(*words).out


def test_nothing_can_be_read(call: Call) -> None:
    folder = HANDED["koniq10k"](Path("koniq"))
    for path in folder.glob("1024x768/*.png"):
        path.write_bytes(b"no image")
    result = call(
        "agree", "--set", "koniq10k", "--from", folder, "--column", "entropy", "--json", *QUICK
    )
    assert result.status == 3
    assert result.rows[0]["value"] is None
    assert "0 values; at least 5 are needed" in result.rows[0]["error"]
    assert "is not an image that can be read" in result.rows[0]["error"]
    assert "12 images failed" in result.rows[0]["error"]


def test_help_keeps_its_lines(call: Call) -> None:
    said = call("agree", "--help").out
    assert "\\b" not in said
    assert max(len(line) for line in said.splitlines()) <= 95
    assert "'iqabench list opinions' shows them all" in " ".join(said.split())


def test_python_gives_the_same(call: Call) -> None:
    HANDED["csiq"](Path("csiq"))
    words = ("--column", "psnr", "--fit", "4", "--resample", "references", "--seed", "7")
    rows = call("agree", "--set", "csiq", "--from", "csiq", *words, *QUICK, "--json").rows
    frame = iqabench.agree(
        "csiq", "csiq", ["psnr"], fits=["4"], resamples=20, drawn="references", seed=7, device="cpu"
    )
    assert list(frame["value"]) == [r["value"] for r in rows]
    assert list(frame["ci_low"]) == [r["ci_low"] for r in rows]
    assert set(frame["drawn"]) == {"references"}
    with pytest.raises(
        UsageError, match="'images' cannot be drawn; expected samples or references"
    ):
        iqabench.agree("csiq", "csiq", ["psnr"], drawn="images")


def test_a_report_of_the_store_still_works(call: Call) -> None:
    HANDED["csiq"](Path("csiq"))
    call("agree", "--set", "csiq", "--from", "csiq", *QUICK, *NO_FIT)
    result = call("report")
    assert result.status == 0, result.err
    assert "csiq" in result.out
    assert call("report", "--html", "--out", "pages").status == 0
