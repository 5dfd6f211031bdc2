"""The output of `reproduce --submissions`, and its exit statuses."""

from pathlib import Path
from typing import Any

import pytest

from iqabench.boards import BoundedValue
from iqabench.cli import submissions
from iqabench.probes.timing import Sampling
from iqabench.submissions.measure import INTERRUPTED, SubmissionRow
from iqabench.submissions.results import (
    EntryRanks,
    SubmissionCount,
    SubmissionRatio,
    SubmissionResults,
    TrackAgreement,
)

from .conftest import Call

WORDS = ("reproduce", "ntire2026-esr", "--submissions", ".", "--trust")


def found(published: int = 2, **more: Any) -> SubmissionResults:
    ratio = BoundedValue(0.9, 0.85, 0.95)
    return SubmissionResults(
        counts=[SubmissionCount("15_one", 15, "conv", 22, 22, equal=True)],
        relatives=[
            SubmissionRatio(
                "15_one", 15, "time_ms", "00_SPAN", 0.5, ratio, 123.4, "ms", ("The fan.", "More.")
            )
        ],
        ranks=[EntryRanks("main", "15_one", None, published, 1, 1, 2, "no more than that")],
        tracks=[TrackAgreement("main", 1, None, None, ("time_ms",), ("psnr",))],
        **more,
    )


@pytest.fixture
def comes(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says what comes of measuring; and keeps how it was asked for."""
    asked: dict[str, Any] = {}

    def set_to(sent: SubmissionResults) -> dict[str, Any]:
        def measure(*_: Any, **how: Any) -> SubmissionResults:
            asked.update(how)
            return sent

        monkeypatch.setattr(submissions, "reproduce_submissions", measure)
        return asked

    return set_to


def test_ratios_stand_with_their_intervals_and_the_ranks_that_these_allow(
    call: Call, comes: Any
) -> None:
    asked = comes(found())
    result = call(*WORDS, "--probe", "latency_ms", "--budget", "3", "--id", "15", "--timeout", "9")
    assert result.status == 0  # the second rank is within the interval
    assert "1 of 1 counts are as they were printed." in result.out
    assert "Ratios to 00_SPAN, measured in turn with it:" in result.out
    cells = [" ".join(line.split()) for line in result.out.splitlines()]
    assert "15_one 15 time_ms 0.500 0.900 0.850 to 0.950 123.4 ms" in cells
    assert "main: 1 entry. Measured: time_ms; as published: psnr." in cells
    assert "15_one 2 1 1 to 2 no more than that" in cells
    assert "for 1 of 1, such as 15_one: The fan. (--json has all of it)" in result.err
    assert asked["sampling"] == Sampling(budget_s=3, warm_up_most_s=3)
    assert (asked["timed"], asked["ids"], asked["timeout_s"]) == (("latency_ms",), (15,), 9)


def test_for_machines_there_is_all_of_it(call: Call, comes: Any) -> None:
    comes(found(published=3))
    result = call(*WORDS, "--json")
    assert result.status == 3  # the third rank is not
    (ratio,) = [r for r in result.rows if r["depth"] == "ratio"]
    assert (ratio["measured"], ratio["ci_low"], ratio["ci_high"]) == (0.9, 0.85, 0.95)
    assert (ratio["to"], ratio["warnings"]) == ("00_SPAN", ["The fan.", "More."])
    (rank,) = [r for r in result.rows if r["depth"] == "rank"]
    assert (rank["measured"], rank["best"], rank["worst"]) == (1, 1, 2)


def test_an_interruption_prints_what_there_is(call: Call, comes: Any) -> None:
    comes(found(not_run={f"team {n}": INTERRUPTED for n in range(7)}))
    result = call(*WORDS)
    assert result.status == 130
    assert "15_one" in result.out
    said = "not run: team 0, team 1, team 2, team 3, team 4 and 2 more: interrupted before it was"
    assert said in result.err
    assert "it is not recorded" in result.err


def test_where_nothing_could_be_measured_there_is_no_table(call: Call, comes: Any) -> None:
    comes(SubmissionResults(not_run={"15_one": "needs the Python module 'basicsr'"}))
    result = call(*WORDS)
    assert (result.status, result.out) == (3, "Nothing was counted.\n")
    assert result.err == "not run: 15_one: needs the Python module 'basicsr'\n"


@pytest.mark.parametrize(
    "words",
    [("--model", "span"), ("--published",), ("--no-time",), ("--limit", "3"), ("--device", "cuda")],
)
def test_what_submissions_know_nothing_of_is_refused(
    call: Call, comes: Any, words: tuple[str, ...]
) -> None:
    comes(found())
    result = call(*WORDS, *words)
    assert result.status == 2
    assert f"{' '.join(words[:1])} " in result.err
    assert "does not go with --submissions" in result.err


def test_a_folder_that_is_no_checkout(call: Call, in_tmp: Path) -> None:
    result = call(*WORDS)
    assert result.status == 1
    assert "has no test_demo.py; expected the checkout" in result.err
    (in_tmp / "test_demo.py").write_text(
        "def select_model(args, device):\n    model_id = args.model_id\n    return model_id == 5\n"
    )
    result = call(*WORDS, "--id", "77")
    assert result.status == 2
    assert "has no model 77; it has 5." in result.err


def test_profile_prints_what_there_is_too(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [
        SubmissionRow(1, "01_one", values={"params@all": 7}),
        SubmissionRow(2, error=INTERRUPTED),
    ]
    monkeypatch.setattr("iqabench.cli.submissions.measure_submissions", lambda *_, **__: rows)
    words = ("profile", "--submissions", tmp_path, "--trust", "--probe", "params")
    result = call(*words)
    assert result.status == 130
    assert "01_one" in result.out
    assert "it is not recorded" in result.err
    rows.pop()
    assert call(*words).status == 0
