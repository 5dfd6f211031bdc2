"""Public checkouts: what runs is measured, what does not becomes a row with its reason."""

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from iqabench.errors import ModelError, UsageError
from iqabench.probes import Size, cost_column
from iqabench.probes.timing import Sampling
from iqabench.submissions import measure as submissions
from iqabench.submissions.loading import ON_CPU
from iqabench.submissions.measure import (
    INTERRUPTED,
    SubmissionRow,
    measure_submissions,
    submission_ids,
)
from iqabench.submissions.published_counts import compare_published, read_published
from iqabench.submissions.request import Counterpart, SubmissionRequest
from iqabench.submissions.selection import load_submission, reason_of

from .checkouts import STAND_IN, make_checkout

COLUMNS = [cost_column(text) for text in ("params", "macs", "macs@fvcore", "conv_layers")]
SIZE = Size(3, 8, 8)
QUICK = Sampling(
    budget_s=1, least=6, least_s=0, most=6, warm_up_least_s=0, warm_up_most_s=0.1, precision=1
)
MACS = 48 * 27 * 64


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkout(tmp_path_factory.mktemp("checkout"))


def files_of(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return the files of a folder, with the times of their last change."""
    return {
        str(p.relative_to(folder)): (
            p.read_bytes() if p.is_file() else b"",
            p.lstat().st_mode,
            p.lstat().st_mtime_ns,
        )
        for p in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def rows(checkout: Path) -> dict[int, SubmissionRow]:
    ids = [-1, 1, 2, 5]
    found = measure_submissions(checkout, ids, COLUMNS, SIZE, trust=True, timeout_s=120, threads=1)
    return {row.model_id: row for row in found}


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that model 7 writes when it runs."""
    monkeypatch.setenv("STARTED", str(tmp_path / "started"))
    return tmp_path / "started"


def test_ids_are_read_without_running_anything(checkout: Path, tmp_path: Path) -> None:
    assert submission_ids(checkout) == [-1, 1, 2, 3, 5, 6, 7, 8, 9]
    with pytest.raises(ModelError, match=r"has no test_demo\.py"):
        submission_ids(tmp_path)
    (tmp_path / "test_demo.py").write_text("raise SystemExit('ran')\n")
    with pytest.raises(ModelError, match="no function select_model"):
        submission_ids(tmp_path)


def test_nothing_runs_without_trust(checkout: Path, mark: Path) -> None:
    with pytest.raises(UsageError, match=r"test_demo\.py is other people's code.*--trust"):
        measure_submissions(checkout, [7], COLUMNS, SIZE)
    assert not mark.exists()
    with pytest.raises(UsageError, match="has no model 99; it has -1, 1, 2"):
        measure_submissions(checkout, [99], COLUMNS, SIZE, trust=True)


def test_a_model_is_measured(rows: dict[int, SubmissionRow]) -> None:
    row = rows[-1]
    assert (row.name, row.error, row.notes[""]) == ("-1_Good", "", [])
    assert row.values == {
        COLUMNS[0].name: 48 * 28,
        "macs@exact": MACS,
        "macs@fvcore": MACS,
        COLUMNS[3].name: 1,
    }
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
        (5, "crashed: SIGABRT"),
    ],
)
def test_what_fails_is_a_row_with_a_reason(
    rows: dict[int, SubmissionRow], model_id: int, reason: str
) -> None:
    assert rows[model_id].error.startswith(reason)
    assert rows[model_id].values == {}


@pytest.mark.parametrize(
    ("model_id", "reason"),
    [
        (3, "needs the Python module 'a_module_nobody_has', which is not installed here"),
        (6, "select_model has no model under this id"),
    ],
)
def test_what_cannot_be_loaded_has_a_reason(
    checkout: Path, model_id: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other reasons of loading, in this process, which takes seconds less than one of its own."""
    monkeypatch.chdir(checkout)
    monkeypatch.syspath_prepend(checkout)
    before = set(sys.modules)
    try:
        with pytest.raises(Exception, match=r"a_module_nobody_has|no model") as raised:
            load_submission(model_id, (1, 3, 8, 8), [])
    finally:
        for name in set(sys.modules) - before:
            place = str(getattr(sys.modules[name], "__file__", ""))
            if place.startswith(str(checkout)):
                del sys.modules[name]
    assert reason_of(raised.value).startswith(reason)


def test_a_reason_is_one_line_whatever_was_raised() -> None:
    assert reason_of(ValueError("not\nthis machine")) == "ValueError: not this machine"
    assert reason_of(ModelError("it returned a list")) == "it returned a list"
    said = reason_of(RuntimeError("failed to build " + "x " * 500 + "no compiler"))
    assert said.startswith("RuntimeError: failed to build x x")
    assert said.endswith("x x no compiler")
    assert len(said) < 400


def test_a_slow_model_is_ended_with_all_it_started(checkout: Path, mark: Path) -> None:
    started = time.monotonic()
    (row,) = measure_submissions(checkout, [7], COLUMNS, SIZE, trust=True, timeout_s=12)
    assert row.error == "took longer than 12 s"
    assert time.monotonic() - started < 60
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


@pytest.fixture(scope="module")
def timed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, SubmissionRow]:
    """Model 9 changes what lies beside it, and ends while it is timed."""
    columns = [cost_column("params"), cost_column("latency_ms")]
    base, before = Counterpart("the_base", model_id=-1), files_of(checkout)
    with pytest.MonkeyPatch.context() as patch:  # the lock of the device is in the home
        patch.setenv("IQABENCH_HOME", str(tmp_path_factory.mktemp("home")))
        found = measure_submissions(
            checkout,
            [9, 1],
            columns,
            SIZE,
            trust=True,
            to=base,
            sampling=QUICK,
            timeout_s=120,
            threads=1,
        )
    assert files_of(checkout) == before
    return {row.model_id: row for row in found}


def test_what_was_counted_outlives_a_crash_while_timing(timed: dict[int, SubmissionRow]) -> None:
    assert (timed[9].name, timed[9].error) == ("09_Writer", "")
    assert timed[9].values == {"params@all": 48 * 28}
    assert timed[9].reasons == {"latency_ms": "crashed: SIGABRT"}


def test_what_a_submission_writes_beside_itself_is_nobody_elses(
    checkout: Path, timed: dict[int, SubmissionRow]
) -> None:
    assert timed[1].error == ""  # it needs what 9 changed: see the fixture, too
    assert (checkout / "model_zoo" / "linked.pth").read_text() == "what a link points at"
    assert not (checkout / "build").exists()


def test_a_submission_is_timed_in_turn_with_the_baseline_of_its_checkout(
    timed: dict[int, SubmissionRow],
) -> None:
    row = timed[1]
    assert row.reasons == {}
    assert row.values["params@all"] == 48 * 28 + 48
    details = row.details["latency_ms"]
    assert details["ratio"]["to"] == "the_base"
    low, high = details["ratio"]["interval"]
    assert low <= details["ratio"]["value"] <= high
    assert details["machine"]["threads"]["torch"] == 1
    assert isinstance(details["warnings"], list)
    assert "ratio" not in row.details["params@all"]


def test_the_baseline_has_no_turns_with_itself_and_an_interruption_keeps_what_is_there(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[SubmissionRequest] = []

    def measured(_: Path, request: SubmissionRequest, *__: object) -> SubmissionRow:
        asked.append(request)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return SubmissionRow(request.model_id, "measured")

    monkeypatch.setattr(submissions, "_measure_one", measured)
    base = Counterpart("the_base", model_id=-1)
    found = measure_submissions(checkout, [1, -1, 2, 3], COLUMNS, SIZE, trust=True, to=base)
    assert [request.to for request in asked] == [base, None, base]
    assert [(row.model_id, row.error) for row in found] == [
        (1, ""),
        (-1, ""),
        (2, INTERRUPTED),
        (3, INTERRUPTED),
    ]


def test_a_checkout_that_does_not_fit_is_the_reason(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1 << 10))
    (row,) = measure_submissions(checkout, [-1], COLUMNS, SIZE, trust=True)
    assert "has room for 0. Make room there, or name another folder by TMPDIR" in row.error
