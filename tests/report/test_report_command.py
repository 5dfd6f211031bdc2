"""`iqabench report` over costs and fronts."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from iqabench.cli.report import command
from iqabench.errors import UsageError
from iqabench.store import Store

from .conftest import Fill, column_of


@pytest.fixture
def folder(costly: Store) -> Path:
    """Of a store."""
    return costly.folder


def call(folder: Path, *words: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(command, ["--store", str(folder), *words], catch_exceptions=False)
    assert done.exit_code == 0
    return str(done.stdout)


def rows_of(folder: Path, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(call(folder, *words, "--json"))
    return found


def test_tables_of_quality_come_before_those_of_cost(folder: Path) -> None:
    assert [line for line in call(folder).splitlines() if line.startswith("###")] == [
        "### tiny ×4",
        "### Cost on a GPU, 3x256x256",
        "### Cost on a processor (1 thread), 3x128x128, 3x256x256, 3x512x512, 3x1024x1024",
    ]
    assert call(folder, "--latex").count("\\begin{table}") == 3
    assert call(folder, "--csv").count("random_weights") == 3


def test_json_has_means_and_costs_without_single_samples(folder: Path) -> None:
    rows = rows_of(folder)
    means = [r for r in rows if "set" in r]
    costs = [r for r in rows if "input" in r]
    assert len(means) + len(costs) == len(rows)
    assert {r["column"] for r in means} == {"psnr@sr-y", "lpips@sr-rgb"}
    assert len([r for r in costs if r["details"].get("samples")]) == 2
    assert not any("samples_ms" in r["details"] for r in costs)


def test_a_front_in_every_form(folder: Path) -> None:
    words = ("--pareto", "psnr@sr-y, macs@exact:3x256x256")
    rows = rows_of(folder, *words)
    assert {r["model"] for r in rows if r["front"] is True} == {"good", "good@pruned"}
    as_csv = [*csv.DictReader(io.StringIO(call(folder, *words, "--csv")))]
    assert as_csv[0]["model"] == "good"
    assert as_csv[0]["macs@exact:3x256x256"] == "4000000000"
    markdown = call(folder, *words, "--markdown")
    assert "| tiny | x4 |  | good | 32.0000 | 4000000000 | yes |" in markdown
    assert "good@pruned" in call(folder, *words)


def test_a_front_as_latex(folder: Path) -> None:
    said = call(
        folder, "--pareto", "psnr@sr-y,macs@exact:3x256x256,latency_ms@3x256x256", "--latex"
    )
    assert (
        "over psnr@sr-y (protocol version 1), macs@exact:3x256x256, latency\\_ms@3x256x256." in said
    )
    assert (
        r"\textbf{good@pruned} & \textbf{31.5000} & \textbf{2.000 G} & \textbf{0.4000} \\" in said
    )
    assert r"bicubic & 28.3333 & -- & -- \\" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["psnr@sr-y,nix"], "no column 'nix' was measured; there are:"),
        (["psnr@sr-y,macs"], "'macs' may mean several columns:"),
        (["psnr@sr-y"], "two or more different columns"),
        ([","], "two or more different columns"),
    ],
)
def test_mistakes(folder: Path, words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call(folder, "--pareto", *words)


def test_pages_and_a_front_at_once(folder: Path, tmp_path: Path) -> None:
    out = call(folder, "--html", "--out", str(tmp_path / "out"), "--pareto", "psnr@sr-y,params")
    assert (tmp_path / "out" / "index.html").is_file()
    assert "good@pruned" in out


def test_figures(folder: Path, tmp_path: Path) -> None:
    made = call(
        folder, "--figures", "--out", str(tmp_path / "out"), "--between", "good,good@pruned"
    )
    paths = [Path(line) for line in made.split()]
    assert paths
    assert all(path.is_file() for path in paths)
    assert "Model & Parameters" in call(folder, "--latex", "--intervals")


FIVE = [28.0, 30.0, 32.0, 34.0, 36.0]


def test_intervals_stand_beside_means_in_every_form(fill: Fill) -> None:
    """Student's interval of five images, 2.776 times the deviation by the root of 5; one image has none."""
    store = fill(*column_of(FIVE, model="five"), *column_of([28.0], "a", model="one"))
    lines = [line for line in call(store.folder, "--intervals").splitlines() if "five" in line]
    assert lines[0] == "| five | 1.00 K | 32.00 \\[28.07, 35.93\\] | 5 | 0 |"
    assert call(store.folder, "--markdown", "--intervals") == call(store.folder, "--intervals")
    assert "In brackets" not in call(store.folder, "--markdown")
    by_model = {
        r["model"]: r
        for r in csv.DictReader(io.StringIO(call(store.folder, "--csv", "--intervals")))
    }
    ends = {name: (r["psnr@sr-y ci_low"], r["psnr@sr-y ci_high"]) for name, r in by_model.items()}
    assert [float(end) for end in ends["five"]] == pytest.approx([28.074, 35.926], abs=1e-3)
    assert ends["one"] == ("", "")
    assert "ci_low" not in call(store.folder, "--csv")
    latex = call(store.folder, "--latex", "--intervals")
    assert (
        r"32.00} {\scriptsize [28.07, 35.93]}" in latex
        or r"32.00 {\scriptsize [28.07, 35.93]}" in latex
    )


def test_json_has_intervals_of_large_stores_on_request(
    fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iqabench.report.statistics.intervals.MOST_RECORDS", 1)
    store = fill(*column_of(FIVE))
    assert [r["ci_low"] for r in rows_of(store.folder)] == [None]
    (row,) = rows_of(store.folder, "--intervals")
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((28.074, 35.926), abs=1e-3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--figures", "--html"], "folders of their own"),
        (["--html", "--intervals"], "--intervals stand beside means"),
        (["--pareto", "psnr@sr-y,params", "--csv", "--intervals"], "leave --pareto out"),
        (["--between", "good,luck"], "--between says nothing without --figures"),
        (["--outputs", "."], "--outputs says nothing without --html"),
        (["--figures", "--between", "good"], "--between takes two models"),
    ],
)
def test_options_that_make_no_sense(folder: Path, words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call(folder, *words)
