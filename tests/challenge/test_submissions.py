"""Public submissions measured: counts beside the printed ones, and the ranking that follows."""

from pathlib import Path
from typing import Any

import pytest

from iqabench.challenge import submissions
from iqabench.challenge.submissions import reproduce_submissions
from iqabench.challenge.submitted import Submissions
from iqabench.errors import UsageError
from iqabench.run.submissions import SubmissionRow

from .made import ESR, made_board


def row(number: int, size: float, time: float = 0.0, **more: Any) -> SubmissionRow:
    values = {"params@all": size, **({"latency_ms": time} if time else {})}
    return SubmissionRow(number, f"{number:02}", values=values, **more)


def reproduced(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    rows: list[SubmissionRow],
    yaml: str = ESR,
    **more: Any,
) -> Submissions:
    asked: list[Any] = []

    def measure(
        checkout: Path, ids: Any, columns: Any, size: Any, **how: Any
    ) -> list[SubmissionRow]:
        asked.append((checkout, ids, [c.name for c in columns], size.name, how["trust"]))
        return [r for r in rows if ids is None or r.model_id in ids]

    monkeypatch.setattr(submissions, "measure_submissions", measure)
    board = made_board(folder, yaml)
    found = reproduce_submissions(board, folder, trust=True, **more)
    columns = ["latency_ms", "params@all"] if more.get("timed") else ["params@all"]
    assert asked == [(folder, list(more.get("ids", [])) or None, columns, "3x256x256", True)]
    return found


AS_PRINTED = [row(0, 100_200), row(1, 50_000), row(2, 80_000), row(3, 300_000)]


def test_all_as_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = reproduced(monkeypatch, tmp_path, AS_PRINTED)
    assert [c.equal for c in found.counts] == [True] * 4
    assert found.not_run == {}
    assert [t.kendall for t in found.tracks] == [pytest.approx(1.0)] * 2
    assert {t.track: (t.n, t.measured, t.published) for t in found.tracks} == {
        "size": (4, ("size",), ()),
        "sum": (4, ("size",), ("time",)),
    }  # main is the time's alone, and that is the organisers'


def test_a_count_that_differs_moves_its_entry_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [*AS_PRINTED[:3], row(3, 40_000, notes={"params@all": ["one module is never called"]})]
    found = reproduced(monkeypatch, tmp_path, rows)
    (odd,) = [c for c in found.counts if not c.equal]
    assert (odd.entry, odd.published) == ("03_slow", 0.3)
    assert odd.measured == pytest.approx(0.04)
    assert odd.why == "one module is never called"
    ranks = {r.entry: r for r in found.ranks if r.track == "size"}
    assert {n: (r.published, r.measured) for n, r in ranks.items()} == {
        "01_first": (1, 2), "02_second": (2, 3), "00_base": (3, 4), "03_slow": (4, 1)
    }  # fmt: skip
    assert ranks["03_slow"].why == "its size is 0.04, not 0.3: one module is never called"
    assert ranks["01_first"].why == "others' figures differ: 03_slow"
    (track,) = [t for t in found.tracks if t.track == "size"]
    # one of four moved from the end to the front: 3 pairs of 6 agree
    assert track.kendall == pytest.approx(0.0)
    assert track.spearman == pytest.approx(-0.2)


def test_an_erratum_of_the_board_is_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    yaml = ESR + "errata: [{entry: 03_slow, of: size, why: the table has a slip}]\n"
    found = reproduced(monkeypatch, tmp_path, [*AS_PRINTED[:3], row(3, 40_000)], yaml)
    assert [c.why for c in found.counts if not c.equal] == ["the table has a slip"]


def test_ties_of_printed_digits_are_broken_by_what_was_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [row(0, 100_000), row(1, 50_000), row(2, 80_300), row(3, 80_100)]
    board_rows = "team,quality,time,size\n00_base,27,10.0,0.100\n01_first,27,5.0,0.050\n" \
                 "02_second,27,7.0,0.080\n03_slow,27,20.0,0.080\n"  # fmt: skip
    monkeypatch.setattr(submissions, "measure_submissions", lambda *_, **__: rows)
    found = reproduce_submissions(made_board(tmp_path, ESR, board_rows), tmp_path, trust=True)
    (moved,) = [r for r in found.ranks if r.track == "size" and r.published != r.measured]
    assert (moved.entry, moved.published, moved.measured) == ("02_second", 2, 3)
    assert moved.why == "the printed digits tie it with others, and the measured figures do not"


def test_what_cannot_run_is_told_and_left_out_of_both_rankings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [*AS_PRINTED[:2], SubmissionRow(2, error="needs the Python module 'mamba_ssm'"),
            SubmissionRow(3, "03", reasons={"params@all": "it has no modules"})]  # fmt: skip
    found = reproduced(monkeypatch, tmp_path, rows)
    assert found.not_run == {
        "02_second": "needs the Python module 'mamba_ssm'",
        "03_slow": "no params@all: it has no modules",
    }
    assert [r.entry for r in found.ranks if r.track == "size"] == ["01_first", "00_base"]
    assert [(c.entry, c.measured) for c in found.counts if not c.equal] == [("03_slow", None)]


def test_only_some_may_be_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = reproduced(monkeypatch, tmp_path, AS_PRINTED, ids=[1, 3])
    assert [r.entry for r in found.ranks if r.track == "size"] == ["01_first", "03_slow"]
    assert found.not_run == {}


def test_times_enter_as_ratios_to_the_baseline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    times = [40.0, 36.0, 28.0, 80.0]  # printed 10, 5, 7, 20: here 01 takes 9 of the baseline's 10
    rows = [
        row(r.model_id, r.values["params@all"], t) for r, t in zip(AS_PRINTED, times, strict=True)
    ]
    found = reproduced(monkeypatch, tmp_path, rows, timed=["latency_ms"])
    assert all(c.equal for c in found.counts)  # of times, equality says nothing
    main = {r.entry: (r.published, r.measured) for r in found.ranks if r.track == "main"}
    assert main == {"01_first": (1, 2), "02_second": (2, 1), "00_base": (3, 3), "03_slow": (4, 4)}
    (track,) = [t for t in found.tracks if t.track == "main"]
    assert (track.measured, track.published) == (("time",), ())


def test_entries_without_numbers_are_nobodys_submissions(tmp_path: Path) -> None:
    board = made_board(tmp_path, ESR.replace("00_base", "base").replace("01_first", "base"),
                       "team,quality,time,size\nbase,27,1.0,1.0\n")  # fmt: skip
    with pytest.raises(UsageError, match="do not say which submission is whose"):
        reproduce_submissions(board, tmp_path, trust=True)


def test_what_a_board_does_not_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no column of the probe 'energy'"):
        reproduce_submissions(made_board(tmp_path), tmp_path, timed=["energy"])
    several = ESR.replace("probe: latency_ms", "probe: macs@fvcore, input: 3x64x64").replace(
        ", relative: true", ""
    )
    with pytest.raises(
        UsageError, match="at one size; the board made counts at 3x256x256, 3x64x64"
    ):
        reproduce_submissions(made_board(tmp_path, several), tmp_path)


def test_nothing_runs_without_trust(tmp_path: Path) -> None:
    (tmp_path / "test_demo.py").write_text(
        "def select_model(args, device):\n    model_id = args.model_id\n    if model_id == 0: raise\n"
    )
    with pytest.raises(UsageError, match="allow it with --trust"):
        reproduce_submissions(made_board(tmp_path, ESR), tmp_path)
