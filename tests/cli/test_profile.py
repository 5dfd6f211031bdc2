"""`profile`, `compare` and costs beside a run, as they are typed."""

from pathlib import Path

import pytest

from iqabench.probes import CostColumn, probes
from iqabench.submissions.measure import SubmissionRow

from .conftest import Call

COUNTS = ("--device", "cpu", "--probe", "params", "--probe", "macs", "--input", "3x24x24")
FAST = ("--device", "cpu", "--budget", "0.1", "--wait", "--input", "3x24x24")
DEMO = ("--set", "demo", "--scale", "4", "--device", "cpu", "--limit", "3")


@pytest.fixture(autouse=True)
def _here(in_tmp: Path) -> None:
    """Every command runs in an empty folder."""


def test_rows_of_a_profile(call: Call) -> None:
    result = call("profile", "--model", "pocket", "--model", "bicubic", *COUNTS, "--json")
    assert result.status == 0
    assert [(r["model"], r["column"]) for r in result.rows] == [
        ("bicubic", "params@all"),
        ("pocket", "params@all"),
        ("bicubic", "macs@exact:3x24x24"),
        ("pocket", "macs@exact:3x24x24"),
    ]
    assert {r["input"] for r in result.rows} == {"3x24x24"}
    assert result.rows[1]["value"] == 47544


def test_people_read_columns_downwards_or_models_downwards(call: Call) -> None:
    few = call(
        "profile",
        "--model",
        "pocket",
        *COUNTS,
        "--probe",
        "conv_layers",
        "--probe",
        "flops",
        "--probe",
        "activations",
    )
    assert few.out.splitlines()[0].split() == ["cost", "pocket", "3x24x24"]
    sweep = call("profile", "--model", "pocket", "--probe", "macs", "--input", "16..64")
    assert [line.split()[:2] for line in sweep.out.splitlines()[2:]] == [
        ["pocket", "3x16x16"],
        ["pocket", "3x32x32"],
        ["pocket", "3x64x64"],
    ]
    assert "megapixels^1.000" in sweep.err


def test_operators_behind_a_count(call: Call) -> None:
    result = call("profile", "--model", "pocket", *COUNTS, "--operators")
    assert "pocket, macs@exact:3x24x24" in result.out
    assert "convolution" in result.out.partition("operator")[2]


def test_a_latency_with_its_interval(call: Call) -> None:
    result = call("profile", "--model", "pocket", *FAST, "--probe", "latency_ms", "--json")
    (row,) = result.rows
    assert row["ci_low"] <= row["value"] <= row["ci_high"]
    assert row["details"]["samples_ms"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--probe", "mac"), "Did you mean 'macs'"),
        (("--probe", "macs@ntire22"), "ntire2022"),
        (("--probe", "latency_ms@p90"), "one way of counting"),
        (("--input", "256"), "channels x height x width"),
        (("--output-size", "3x9"), "leaves no input"),
        (("--model", "nosuch"), "no model is called"),
    ],
)
def test_what_is_mistyped(call: Call, words: tuple[str, ...], said: str) -> None:
    named = () if "--model" in words else ("--model", "pocket")
    result = call("profile", *named, "--probe", "params", *words)
    assert result.status in (1, 2)
    assert said in result.err


def test_a_size_that_is_too_small_is_a_failed_row(call: Call) -> None:
    words = ("--model", "rlfn", "--allow-random-weights", "--input", "3x8x8", "--probe", "macs")
    result = call("profile", *words, "--json")
    assert result.status == 3
    assert result.rows[0]["value"] is None
    assert "at least 15 pixels a side" in result.rows[0]["error"]


def test_costs_stand_beside_quality(call: Call) -> None:
    words = ("run", "--model", "pocket", *DEMO, "--probe", "macs,params", "--input", "3x24x24")
    result = call(*words, "--json")
    assert result.rows[0]["column"] == "psnr@sr-y"
    assert result.rows[0]["params@all"] == 47544
    assert result.rows[0]["macs@exact:3x24x24"] > 47_000 * 24 * 24
    assert "47.54 K" in call(*words).out


def test_a_model_beside_another(call: Call) -> None:
    words = ("compare", "pocket", "bicubic", *DEMO, "--probe", "params", "--probe", "macs")
    result = call(*words, "--json")
    assert result.status == 0
    quality = {r["column"]: r for r in result.rows if r["kind"] == "quality"}
    psnr = quality["psnr@sr-y"]
    assert psnr["difference"] == pytest.approx(psnr["b"] - psnr["a"])
    assert psnr["difference"] < 0
    assert (psnr["ci_low"], psnr["ci_high"]) == (None, None)  # of three images
    assert (psnr["n"], psnr["wins"], psnr["won"], psnr["lost"]) == (3, 0.0, 0, 3)
    costs = {r["column"].partition(":")[0]: r for r in result.rows if r["kind"] == "cost"}
    assert 0 < costs["macs@exact"]["ratio"] < 0.1
    assert costs["macs@exact"]["lost_per_halving"]["psnr@sr-y demo"] > 0


def test_a_maintainer_s_gate(call: Call) -> None:
    words = ("compare", "pocket", "bicubic", *DEMO, "--probe", "macs")
    assert call(*words, "--fail-if", "psnr@sr-y < -9").status == 0
    failed = call(*words, "--fail-if", "psnr@sr-y < -0.02")
    assert failed.status == 3
    assert "failed: psnr@sr-y < -0.02: the difference of psnr@sr-y on demo is -" in failed.err
    assert call(*words, "--fail-if", "macs > 1.05").status == 0
    assert call(*words, "--fail-if", "macs < 1").status == 3
    wrong = call(*words, "--fail-if", "lpips > 1")
    assert (wrong.status, "'lpips' is not measured here" in wrong.err) == (2, True)
    assert "is no condition" in call(*words, "--fail-if", "psnr").err
    unsure = call(*words, "--fail-if", "low(psnr@sr-y) < 0")
    assert (unsure.status, "undecided: low(psnr@sr-y) < 0: 3 images" in unsure.err) == (3, True)


def test_a_wrong_condition_costs_no_run(call: Call, tmp_path: Path) -> None:
    store = tmp_path / "untouched"
    words = ("compare", "pocket", "bicubic", "--set", "demo", "--store", str(store))
    for text in ("psnr", "energy > 1", "psnr@sr-y < -1 on set5"):
        assert call(*words, "--fail-if", text).status == 2
    assert not store.exists()


def test_probes_are_listed_and_shown(call: Call) -> None:
    rows = call("list", "probes", "--json").rows
    assert [r["probe"] for r in rows] == probes().names()
    shown = call("show", "probe", "macs").out
    assert "ntire2022" in shown
    assert "fvcore" in shown


SUBMISSIONS = """
import torch

def select_model(args, device):
    model_id = args.model_id
    if model_id == 3:
        return torch.nn.Conv2d(3, 3, 3, padding=1), "03_tiny", 1.0, None
    elif model_id == 4:
        raise RuntimeError("no weights")
"""


def test_submissions_are_run_when_they_are_trusted(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_demo.py").write_text(SUBMISSIONS)
    words = ("profile", "--submissions", tmp_path, "--input", "3x16x16", "--threads", "1")
    refused = call(*words)
    assert refused.status == 2
    assert "allow it with --trust" in refused.err
    table = tmp_path / "printed.csv"
    table.write_text("# source: a test\nmodel,params_M,conv\n03_tiny,0.000,1\n04_none,0.001,2\n")
    result = call(*words, "--trust", "--published", table, "--json")
    assert result.status == 3
    assert [(r["id"], r["equal"]) for r in result.rows] == [(3, True), (4, False)]
    assert "no weights" in result.rows[1]["explanation"]

    def measured(
        _: Path, ids: list[int], columns: list[CostColumn], *__: object, **___: object
    ) -> list[SubmissionRow]:
        return [SubmissionRow(n, values={c.name: 84.0 for c in columns}) for n in ids]

    monkeypatch.setattr("iqabench.cli.submissions.measure_submissions", measured)
    alone = call(*words, "--trust", "--id", "3", "--probe", "params", "--json")
    assert alone.status == 0
    assert [(r["model_id"], r["values"]) for r in alone.rows] == [(3, {"params@all": 84})]
    assert "no published figures" in call(*words, "--trust", "--published", "nosuch").err
