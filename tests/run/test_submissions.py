"""Public checkouts: what runs is measured, what does not becomes a row with its reason."""

import os
import time
from pathlib import Path

import pytest

from iqabench.errors import ModelError, UsageError
from iqabench.probes import Size, cost_column
from iqabench.run.published_counts import compare_published, read_published
from iqabench.run.submission_loading import ON_CPU
from iqabench.run.submission_worker import reason_of
from iqabench.run.submissions import SubmissionRow, measure_submissions, submission_ids

from .submissions import STAND_IN, make_checkout

COLUMNS = [cost_column(text) for text in ("params", "macs", "macs@fvcore", "conv_layers")]
SIZE = Size(3, 8, 8)
MACS = 48 * 27 * 64


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def rows(checkout: Path) -> dict[int, SubmissionRow]:
    ids = [-1, 1, 2, 3, 5, 6]
    found = measure_submissions(checkout, ids, COLUMNS, SIZE, trust=True, timeout_s=120, threads=1)
    return {row.model_id: row for row in found}


def test_ids_are_read_without_running_anything(checkout: Path, tmp_path: Path) -> None:
    assert submission_ids(checkout) == [-1, 1, 2, 3, 5, 6, 7, 8]
    with pytest.raises(ModelError, match=r"has no test_demo\.py"):
        submission_ids(tmp_path)
    (tmp_path / "test_demo.py").write_text("raise SystemExit('ran')\n")
    with pytest.raises(ModelError, match="no function select_model"):
        submission_ids(tmp_path)


def test_nothing_runs_without_trust(checkout: Path) -> None:
    with pytest.raises(UsageError, match=r"test_demo\.py is other people's code.*--trust"):
        measure_submissions(checkout, [7], COLUMNS, SIZE)
    assert not (checkout / "started").exists()
    with pytest.raises(UsageError, match="has no model 99; it has -1, 1, 2"):
        measure_submissions(checkout, [99], COLUMNS, SIZE, trust=True)


def test_a_model_is_measured(rows: dict[int, SubmissionRow]) -> None:
    row = rows[-1]
    assert (row.name, row.error, row.notes[""]) == ("-1_Good", "", [])
    assert row.values == {
        COLUMNS[0].name: 48 * 28, "macs@exact": MACS, "macs@fvcore": MACS, COLUMNS[3].name: 1
    }  # fmt: skip
    assert row.details["macs@exact"]["operators"]["convolution"]["calls"] == 1


@pytest.mark.skipif("__import__('torch').cuda.is_available()", reason="a GPU is there to be used")
def test_hard_coded_gpus_and_hidden_keys_are_noted(rows: dict[int, SubmissionRow]) -> None:
    row = rows[1]
    assert row.values["macs@exact"] == MACS
    assert ON_CPU in row.notes[""]
    assert "strict=False hides keys of the weights: 1 missing (such as extra)" in row.notes[""]


@pytest.mark.parametrize(
    ("model_id", "reason"),
    [
        (2, "needs the file model_zoo/gone.pth, which is not there"),
        (3, "needs the Python module 'a_module_nobody_has', which is not installed here"),
        (5, "crashed: SIGABRT"),
        (6, "select_model has no model under this id"),
    ],
)
def test_what_fails_is_a_row_with_a_reason(
    rows: dict[int, SubmissionRow], model_id: int, reason: str
) -> None:
    assert rows[model_id].error.startswith(reason)
    assert rows[model_id].values == {}


def test_a_reason_is_one_line_whatever_was_raised() -> None:
    assert reason_of(ValueError("not\nthis machine")) == "ValueError: not this machine"
    assert reason_of(ModelError("it returned a list")) == "it returned a list"


def test_a_slow_model_is_ended_with_all_it_started(checkout: Path) -> None:
    started = time.monotonic()
    (row,) = measure_submissions(checkout, [7], COLUMNS, SIZE, trust=True, timeout_s=12)
    assert row.error == "took longer than 12 s"
    assert time.monotonic() - started < 60
    mark = checkout / "started"
    if mark.exists():  # else it was ended while Python was still importing
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.read_text()), 0)


def test_a_stand_in_for_an_operator_of_a_gpu_and_a_wrong_published_count(
    checkout: Path, tmp_path: Path
) -> None:
    """The tracer sees nothing of the operator, so the convolution before it is dropped: printed as 0."""
    (tmp_path / "outside_op.py").write_text(STAND_IN)
    measured = measure_submissions(
        checkout, [8], COLUMNS, SIZE, trust=True, timeout_s=120, stand_ins=[tmp_path]
    )
    assert measured[0].name == "8_Opaque"
    assert measured[0].notes[""] == ["stand-ins were taken for: outside_op"]
    table = tmp_path / "printed.csv"
    table.write_text(
        "# source: a test\n# flops_G: macs@fvcore\nmodel,params_M,flops_G,conv\n"
        "8_Opaque,0.001,0.00,1\n5_Gone,0.1,1.0,3\n"
    )
    opaque, gone = compare_published(measured, read_published(table))
    assert opaque.equal
    assert opaque.exact_g == pytest.approx(MACS / 1e9)
    assert "macs@fvcore is 0.00 of the exact count" in opaque.explanation
    assert "what feeds only an opaque operator is dropped as dead" in opaque.explanation
    assert not gone.measured
