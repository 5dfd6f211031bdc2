"""The documentation of metrics that `list` and `show` print."""

import csv
import io
from pathlib import Path

import pytest

from iqabench.cli.kinds.metrics import rows
from iqabench.metrics import metrics, set_metrics
from iqabench.metrics.core.agreement import agreement

from .conftest import Call

WHOLE = {
    "metric", "compares", "range", "better", "unit", "identical", "least side", "oracle",
    "agreement", "ms/MP CPU", "ms/MP GPU", "version", "what", "source",
}  # fmt: skip


def registered() -> list[str]:
    """Return all metrics that are registered now: other tests may have registered more."""
    return sorted([*metrics().names(), *set_metrics().names()])


NAMES = registered()


@pytest.fixture(autouse=True)
def _here(in_tmp: Path) -> None:
    """Every command runs in an empty folder."""


def test_markdown_has_a_line_for_each_metric_and_every_column(call: Call) -> None:
    head, rule, *lines = call("list", "metrics", "--markdown").out.splitlines()
    columns = [word.strip() for word in head.strip("|").split("|")]
    assert set(columns) == WHOLE
    assert rule.count("---") == len(WHOLE)
    assert [line.split("|")[1].strip() for line in lines] == registered()
    gmsd = next(line for line in lines if line.startswith("| gmsd |"))
    assert "| the authors' MATLAB, in double |" in gmsd
    assert f"| {agreement('gmsd')[0].difference} |" in gmsd
    assert "| 0..0.58 | lower |" in gmsd


def test_csv_and_json_have_every_column(call: Call) -> None:
    table = list(csv.DictReader(io.StringIO(call("list", "metrics", "--csv").out)))
    found = {row["metric"]: row for row in call("list", "metrics", "--json").rows}
    assert [row["metric"] for row in table] == [*found] == registered()
    assert set(table[0]) == set(found["fid"]) == WHOLE
    assert found["psnr"]["range"] == "0..inf"
    assert found["kid"]["range"] == "-inf..inf"
    assert found["sam"]["unit"] == "degrees"
    assert found["niqe"]["compares"] == "output alone"
    assert {row["ms/MP GPU"] for row in found.values()} == {None}


def test_a_terminal_gets_fewer_columns(call: Call) -> None:
    head = call("list", "metrics").out.splitlines()[0].split()
    assert head[:4] == ["metric", "compares", "range", "better"]
    assert not {"oracle", "agreement", "source", "version"} & set(head)
    assert set(head) < set(" ".join(WHOLE).split())
    assert set(rows()[0]) == WHOLE


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_shown_of_each(call: Call, name: str) -> None:
    facts = call("show", "metric", name, "--json").out
    assert "RemoteFile(" not in facts
    said = call("show", "metric", name).out
    is_cost = name in metrics().names() and metrics().get(name).reference == "cost"
    oracle = () if is_cost else ("oracle and agreement",)
    for fact in ("what", "compares", "range", "better", "unit", "source", "least side",
                 *oracle, "cost on CPU", "says", "file"):  # fmt: skip
        assert f"\n{fact} " in said, fact
    assert "not measured" in said
    for row in agreement(name):
        assert row.oracle[:20] in said


def test_files_are_told_by_name_and_url(call: Call) -> None:
    said = call("show", "metric", "brisque").out
    assert "brisque/allmodel: https://" in said
    assert "brisque/allrange: https://" in said
    assert "files it needs" not in call("show", "metric", "psnr").out


def test_weights_of_chance_are_told_as_such(call: Call) -> None:
    for name in ("clip_iqa", "fid", "kid", "lpips_squeeze", "pieapp", "pieapp_dense"):
        assert "of chance" in call("show", "metric", name).out


def test_other_libraries_and_published_figures_are_told(call: Call) -> None:
    assert "piq divides by n" in call("show", "metric", "gmsd").out
    said = call("show", "metric", "niqe").out
    assert "MATLAB's figures of images with flat areas" in said
    assert "rounding noise" in said
