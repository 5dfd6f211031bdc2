"""Public submissions measured: counts beside the printed ones, and the ranking that follows."""

from pathlib import Path
from typing import Any

import pytest
from challenge.example_board import ESR, write_board

from iqabench.boards import BoundedValue, entries_of
from iqabench.errors import UsageError
from iqabench.submissions import ratios, reproduce
from iqabench.submissions.measure import INTERRUPTED, SubmissionRow
from iqabench.submissions.ratios import counterpart
from iqabench.submissions.reproduce import reproduce_submissions
from iqabench.submissions.request import Counterpart
from iqabench.submissions.results import SubmissionResults


def row(
    number: int, size: float, ratio: float = 0.0, room: float = 0.0, **more: Any
) -> SubmissionRow:
    """Return a submission with that many parameters, and `ratio` of the baseline's time, within `room`."""
    values = {"params@all": size, **({"latency_ms": 400 * ratio} if ratio else {})}
    by = {"to": "00_base", "value": ratio, "interval": [ratio - room, ratio + room]}
    details = {"latency_ms": {"ratio": by, "warnings": []}} if ratio and number else {}
    return SubmissionRow(number, f"{number:02}", values=values, details=details, **more)


def reproduced(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    rows: list[SubmissionRow],
    yaml: str = ESR,
    **more: Any,
) -> SubmissionResults:
    asked: list[Any] = []

    def measure(
        checkout: Path, ids: Any, columns: Any, size: Any, **how: Any
    ) -> list[SubmissionRow]:
        asked.append((checkout, ids, [c.name for c in columns], size.name, how["trust"], how["to"]))
        return [r for r in rows if r.model_id in ids]

    monkeypatch.setattr(reproduce, "measure_submissions", measure)
    monkeypatch.setattr(reproduce, "submission_ids", lambda _: [0, 1, 2, 3, 5])
    monkeypatch.setattr(ratios, "submission_ids", lambda _: [0, 1, 2, 3, 5])
    board = write_board(folder, yaml)
    found = reproduce_submissions(board, folder, trust=True, **more)
    columns, to = ["params@all"], None
    if more.get("timed"):
        columns, to = ["latency_ms", "params@all"], Counterpart("00_base", model_id=0)
    ids = [n for n in more.get("ids", [0, 1, 2, 3]) if n != 5]
    assert asked == [(folder, ids, columns, "3x256x256", True, to)]
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
        "01_first": (1, 2),
        "02_second": (2, 3),
        "00_base": (3, 4),
        "03_slow": (4, 1),
    }
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
    board_rows = (
        "team,quality,time,size\n00_base,27,10.0,0.100\n01_first,27,5.0,0.050\n"
        "02_second,27,7.0,0.080\n03_slow,27,20.0,0.080\n"
    )
    monkeypatch.setattr(reproduce, "measure_submissions", lambda *_, **__: rows)
    monkeypatch.setattr(reproduce, "submission_ids", lambda _: [0, 1, 2, 3])
    found = reproduce_submissions(write_board(tmp_path, ESR, board_rows), tmp_path, trust=True)
    (moved,) = [r for r in found.ranks if r.track == "size" and r.published != r.measured]
    assert (moved.entry, moved.published, moved.measured) == ("02_second", 2, 3)
    assert moved.why == "the printed digits tie it with others, and the measured figures do not"


def test_what_cannot_run_is_told_and_left_out_of_both_rankings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [
        *AS_PRINTED[:2],
        SubmissionRow(2, error="needs the Python module 'mamba_ssm'"),
        SubmissionRow(3, "03", reasons={"params@all": "it has no modules"}),
    ]
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


def test_what_nobody_published_is_not_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert reproduced(monkeypatch, tmp_path, AS_PRINTED).not_run == {}  # though 5 is there
    found = reproduced(monkeypatch, tmp_path, AS_PRINTED, ids=[1, 5])
    assert found.not_run == {"submission 5": "nothing is published of it"}


def timed(*ratios: float, room: float = 0.0) -> list[SubmissionRow]:
    pairs = zip(AS_PRINTED, ratios, strict=True)
    return [row(r.model_id, r.values["params@all"], ratio, room) for r, ratio in pairs]


def test_times_enter_as_ratios_to_the_baseline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # printed 10, 5, 7, 20: here 01 takes 0.9 of the baseline's time
    found = reproduced(monkeypatch, tmp_path, timed(1, 0.9, 0.7, 2.0), timed=["latency_ms"])
    assert [c.column for c in found.counts] == ["size"] * 4
    ratios = {r.entry: (r.published, r.measured, r.here) for r in found.relatives}
    assert ratios == {
        "00_base": (1.0, BoundedValue.exact(1.0), 400.0),
        "01_first": (0.5, BoundedValue.exact(0.9), 360.0),
        "02_second": (0.7, BoundedValue.exact(0.7), pytest.approx(280.0)),
        "03_slow": (2.0, BoundedValue.exact(2.0), 800.0),
    }
    main = {r.entry: (r.published, r.measured) for r in found.ranks if r.track == "main"}
    assert main == {"01_first": (1, 2), "02_second": (2, 1), "00_base": (3, 3), "03_slow": (4, 4)}
    assert {r.entry: r.why for r in found.ranks if r.track == "main" and r.why} == {
        "01_first": "time is 0.9 of the baseline's here, 0.5 there",
        "02_second": "time is 0.7 of the baseline's here, 0.7 there",
    }
    (track,) = [t for t in found.tracks if t.track == "main"]
    assert (track.measured, track.published) == (("time",), ())


def test_the_interval_of_a_ratio_is_one_of_ranks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = reproduced(
        monkeypatch, tmp_path, timed(1, 0.72, 0.7, 2.0, room=0.05), timed=["latency_ms"]
    )
    main = {r.entry: r for r in found.ranks if r.track == "main"}
    assert {n: (r.measured, r.best, r.worst) for n, r in main.items()} == {
        "01_first": (2, 1, 2),
        "02_second": (1, 1, 2),
        "00_base": (3, 3, 3),
        "03_slow": (4, 4, 4),
    }
    assert main["01_first"].why == "no more than the intervals allow"


def test_without_its_own_row_the_baseline_still_divides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = reproduced(
        monkeypatch, tmp_path, timed(1, 0.9, 0.7, 2.0), timed=["latency_ms"], ids=[1, 3]
    )
    assert [(r.entry, r.to, r.measured) for r in found.relatives] == [
        ("01_first", "00_base", BoundedValue.exact(0.9)),
        ("03_slow", "00_base", BoundedValue.exact(2.0)),
    ]
    assert [r.measured for r in found.ranks if r.track == "main"] == [1, 2]


def test_a_time_that_could_not_be_taken_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    why = "the baseline 00_base could not run beside it"
    rows = [*timed(1, 0.9, 0.7, 2.0)[:3], row(3, 300_000, reasons={"latency_ms": why})]
    found = reproduced(monkeypatch, tmp_path, rows, timed=["latency_ms"])
    assert found.not_run == {"03_slow": f"no latency_ms: {why}"}
    assert [(r.measured, r.why) for r in found.relatives if r.entry == "03_slow"] == [(None, why)]


@pytest.mark.parametrize(
    ("ids", "models", "to"),
    [
        ([0, 1], "{00_base: pocket}", Counterpart("00_base", model_id=0)),
        ([1], "{00_base: pocket}", Counterpart("00_base", model="pocket", scale=4)),
        ([1], "{01_first: pocket}", None),
    ],
)
def test_what_times_are_compared_with(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    ids: list[int],
    models: str,
    to: Counterpart | None,
) -> None:
    yaml = ESR.replace("{00_base: pocket, 01_first: bicubic}", models)
    board = write_board(tmp_path, yaml)
    monkeypatch.setattr(ratios, "submission_ids", lambda _: ids)
    base = next(e for e in entries_of(board) if e.name == "00_base")
    asked = [board.quantities["time"]]
    if to is None:
        with pytest.raises(UsageError, match="00_base of the board made is neither a submission"):
            counterpart(board, base, asked, tmp_path)
        with pytest.raises(UsageError, match="ratio to a baseline, and the board made has none"):
            counterpart(board, None, asked, tmp_path)
    else:
        assert counterpart(board, base, asked, tmp_path) == to
        assert counterpart(board, base, [board.quantities["size"]], tmp_path) is None


def test_an_interruption_is_told_of_those_who_were_not_come_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [*AS_PRINTED[:3], SubmissionRow(3, error=INTERRUPTED)]
    found = reproduced(monkeypatch, tmp_path, rows)
    assert found.interrupted
    assert found.not_run == {"03_slow": INTERRUPTED}
    assert not reproduced(monkeypatch, tmp_path, AS_PRINTED).interrupted


def test_entries_without_numbers_are_nobodys_submissions(tmp_path: Path) -> None:
    board = write_board(
        tmp_path,
        ESR.replace("{00_base: pocket, 01_first: bicubic}", "{base: pocket}").replace(
            "00_base", "base"
        ),
        "team,quality,time,size\nbase,27,1.0,1.0\n",
    )
    with pytest.raises(UsageError, match="do not say which submission is whose"):
        reproduce_submissions(board, tmp_path, trust=True)


def test_what_a_board_does_not_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no column of the probe 'energy'"):
        reproduce_submissions(write_board(tmp_path), tmp_path, timed=["energy"])
    several = ESR.replace("probe: latency_ms", "probe: macs@fvcore, input: 3x64x64").replace(
        ", relative: true", ""
    )
    with pytest.raises(
        UsageError, match="at one size; the board made counts at 3x256x256, 3x64x64"
    ):
        reproduce_submissions(write_board(tmp_path, several), tmp_path)


def test_nothing_runs_without_trust(tmp_path: Path) -> None:
    (tmp_path / "test_demo.py").write_text(
        "def select_model(args, device):\n    model_id = args.model_id\n    if model_id == 0: raise\n"
    )
    with pytest.raises(UsageError, match="allow it with --trust"):
        reproduce_submissions(write_board(tmp_path, ESR), tmp_path)
