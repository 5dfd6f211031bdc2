"""The contract of the command line: names, exit statuses, forms of output."""

import contextlib
import csv
import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from iqabench.cli.main import COMMANDS
from iqabench.files.cache import find
from iqabench.sets import files_of, load_set

from .conftest import Call

DEMO = ("--set", "demo", "--scale", "2", "--device", "cpu")
CONTRACT = ("model", "set", "scale", "column", "value", "unit", "better", "n", "failed")


@pytest.fixture(autouse=True)
def _here(in_tmp: Path) -> None:
    """Every command runs in an empty folder."""


def test_run_prints_a_row_for_each_column(call: Call) -> None:
    result = call("run", "--model", "bicubic", *DEMO, "--json")
    assert result.status == 0
    assert [r["column"] for r in result.rows] == ["psnr@sr-y", "ssim@sr-y"]
    assert set(CONTRACT) <= set(result.rows[0])
    assert (result.rows[0]["n"], result.rows[0]["failed"]) == (5, 0)
    assert Path("results/store.json").is_file()


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "compress"])
def test_help_keeps_its_lines(call: Call, name: str) -> None:
    said = call(name, "--help").out
    assert "\\b" not in said
    assert max(len(line) for line in said.splitlines()) <= 95
    examples = said.partition("Examples:\n")[2].splitlines()
    assert all(
        line.startswith(f"    iqabench {name} ") or line == f"    iqabench {name}"
        for line in examples
    )


def test_a_second_run_finds_the_same(call: Call) -> None:
    words = ("run", "--model", "bicubic", *DEMO, "--json")
    first, second = call(*words), call(*words)
    assert first.out == second.out
    assert "5 images had their records already" in second.err


def test_forms_of_output(call: Call) -> None:
    words = ("run", "--model", "bicubic", *DEMO)
    rows = list(csv.DictReader(io.StringIO(call(*words, "--csv").out)))
    assert float(rows[0]["value"]) > 20
    assert call(*words, "--markdown").out.startswith("| model | set |")
    plain = call(*words).out
    assert "bicubic" in plain
    assert "psnr@sr-y" in plain


def test_per_image_rows_name_the_sample(call: Call) -> None:
    result = call("run", "--model", "bicubic", *DEMO, "--per-image", "--json", "--column", "psnr")
    assert sorted(r["sample"] for r in result.rows) == sorted(s.name for s in load_set("demo", 2))


def test_a_dry_run_prints_the_plan_and_leaves_nothing(call: Call) -> None:
    result = call("run", "--model", "rcan", "--set", "urban100", "--dry-run", "--json")
    assert result.status == 0
    assert result.rows[0]["images"] == 100
    assert result.rows[0]["params"] == 15_592_379
    assert not Path("results").exists()


def test_failed_cells_exit_with_3(call: Call) -> None:
    result = call("run", "--model", "cmd:false {input} {output}", *DEMO, "--json")
    assert result.status == 3
    assert [r["value"] for r in result.rows] == [None, None]
    assert [r["failed"] for r in result.rows] == [5, 5]
    assert "ended with status 1" in result.err
    single = call("run", "--model", "cmd:false {input} {output}", *DEMO, "--json", "--per-image")
    assert all("ended with status 1" in r["error"] for r in single.rows)


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("run", "--model", "rlnf", "--set", "demo"), 1, "Did you mean 'rlfn"),
        (("run", "--model", "rlfn", "--set", "dmo"), 1, "Did you mean 'demo'"),
        (("run", "--model", "rlfn"), 2, "--set"),
        (("run", "--set", "demo"), 2, "--model"),
        (("rum",), 2, "Did you mean 'run'"),
        (("run", "--modle", "x"), 2, "--model"),
        (("list", "things"), 2, "protocols"),
        (("show", "model", "rcam"), 1, "Did you mean 'rcan'"),
        (("score", "nowhere", "--target", "nowhere"), 1, "does not exist"),
        (("score", "nowhere"), 1, "does not exist"),
        (("score", ".", "--target", ".", "--set", "demo"), 2, "--target DIR or --set NAME"),
        (("fetch", "set6"), 1, "Did you mean 'set5'"),
        (
            ("run", "--model", "bicubic", "--set", "demo", "--device", "cuda:9"),
            2,
            "no device 'cuda:9'",
        ),
        (("run", "--model", "bicubic", "--set", "demo", "--device", "gpu"), 2, "is not a device"),
        (("report",), 1, "holds no records"),
        (("run", "--model", "bicubic", "--set", "set5"), 1, "IQABENCH_OFFLINE"),
    ],
)
def test_mistakes_are_told_without_a_traceback(
    call: Call, words: tuple[str, ...], status: int, message: str
) -> None:
    result = call(*words)
    assert result.status == status
    assert message in result.err
    assert "Traceback" not in result.err
    assert not result.out


def test_ctrl_c_exits_with_130(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def leave(status: int) -> None:
        ended.append(status)
        raise SystemExit(status)

    monkeypatch.setattr("iqabench.cli.run.evaluate", interrupted)
    monkeypatch.setattr("os._exit", leave)
    result = call("run", "--model", "bicubic", *DEMO)
    assert (result.status, ended) == (130, [130])
    assert "Finished results are kept" in result.err


def test_score_pairs_by_name_and_lists_strays(call: Call) -> None:
    for sample in load_set("demo", 2):
        loaded = sample.load()
        assert loaded.target is not None
        for folder, pixels in (("targets", loaded.target), ("outputs", loaded.target // 2 * 2)):
            Path(folder).mkdir(exist_ok=True)
            tail = "_HR_x2" if folder == "targets" else "_mine_x2"
            cv2.imwrite(f"{folder}/{sample.name}{tail}.png", pixels)
    cv2.imwrite("outputs/stray.png", np.zeros((8, 8, 3), np.uint8))
    gone = sorted(Path("outputs").glob("*_mine_x2.png"))[0]
    gone.unlink()
    result = call("score", "outputs", "--target", "targets", "--scale", "2", "--json")
    assert result.status == 3
    assert [(r["n"], r["failed"]) for r in result.rows] == [(4, 1), (4, 1)]
    assert "1 output without a target: stray" in result.err
    assert "1 target without an output" in result.err


def test_score_against_a_set(call: Call) -> None:
    call("run", "--model", "bicubic", *DEMO, "--save-outputs", "out")
    result = call(
        "score", "out/bicubic/demo_x2", "--set", "demo", "--scale", "2", "--name", "b", "--json"
    )
    ran = call("run", "--model", "bicubic", *DEMO, "--json")
    assert [r["value"] for r in result.rows] == [r["value"] for r in ran.rows]
    assert result.rows[0]["model"] == "b"


def test_report_prints_and_writes(call: Call) -> None:
    call("run", "--model", "bicubic", "--model", "nearest", *DEMO)
    assert "**" in call("report").out
    assert "\\toprule" in call("report", "--latex").out
    result = call("report", "--html", "--out", "pages")
    assert result.status == 0
    assert Path("pages/index.html").is_file()
    assert "pages/index.html" in result.out


@pytest.mark.parametrize(
    "kind", ["sets", "models", "metrics", "protocols", "degradations", "opinions"]
)
def test_list_and_show_cover_each_other(call: Call, kind: str) -> None:
    rows = call("list", kind, "--json").rows
    assert len(rows) >= 3
    name = str(next(iter(rows[0].values())))
    assert name in call("show", kind, name).out
    assert call("show", kind.removesuffix("s"), name, "--json").status == 0


def test_fetch_from_a_folder_names_what_is_missing(call: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = call("fetch", "rlfn", "--from", tmp_path / "empty")
    assert result.status == 1
    assert "rlfn_x4.pth" in result.err


def test_fetch_and_verify_from_the_mirror(call: Call, mirror: str) -> None:
    assert call("fetch", "rlfn_x4").status == 0
    assert call("verify", "rlfn_x4").status == 0
    assert call("verify", "rlfn").status == 0
    result = call("verify", "rlfn", "--scale", 2, "--json")
    assert result.status == 3
    assert [r["state"] for r in result.rows] == ["missing"]


def test_a_changed_file_of_the_cache_is_refused_and_repaired(
    call: Call, mirror: str, tmp_path: Path
) -> None:
    assert call("fetch", "set5", "--scale", "4").status == 0
    names = ("verify", "verify set5", "verify set5 --scale 4")
    assert [call(*words.split()).status for words in names] == [0, 0, 0]
    assert call("verify", "set5", "--scale", 2).status == 3
    file = next(f for f in files_of("set5", "x4") if f.name == "set5/bird_LRBI_x4.png")
    path = find(file)
    assert path is not None
    whole = path.read_bytes()
    command = ("run", "--model", "bicubic", "--set", "set5", "--column", "psnr", "--limit", 2)
    for repair in (("--from", mirror), ("--scale", 4)):
        path.write_bytes(whole[:-40] + bytes(40))
        refused = call(*command, "--store", tmp_path)
        assert refused.status == 1
        assert "'iqabench fetch set5_x4' to replace" in refused.err
        assert [r["state"] for r in call("verify", "set5", "--json").rows] == ["damaged"]
        repaired = call("fetch", "set5_x4", *repair)
        assert "Damaged in the cache and replaced: set5/bird_LRBI_x4.png." in repaired.out
        assert path.read_bytes() == whole
    assert call(*command, "--store", tmp_path).status == 0


def test_doctor_says_what_it_can_do(call: Call) -> None:
    result = call("doctor", "--json")
    assert result.status == 0
    found = {r["what"]: r["value"] for r in result.rows}
    assert {"iqabench", "torch", "cpu", "records"} <= set(found)
    assert found["embedded model"] == "pocket loads"
    assert "doctor --measure" in found["workers"] or "one core" in found["workers"]


def test_doctor_measures_when_it_is_asked(call: Call) -> None:
    rows = {row["what"]: row for row in call("doctor", "--measure", "--json").rows}
    assert (
        "one core" in rows["workers"]["value"] or "measured on pocket" in rows["workers"]["value"]
    )
    assert rows["workers"]["state"] in ("ok", "note")


def test_explain_says_which_reading_gives_a_figure(call: Call) -> None:
    call("run", "--model", "bicubic", "--set", "demo", "--scale", "4", "--save-outputs", "out")
    where = ("explain", "out/bicubic/demo_x4", "--set", "demo", "--scale", "4")
    full = call(
        "score", "out/bicubic/demo_x4", "--set", "demo", "--column", "psnr@y-full", "--json"
    )
    result = call(*where, "--claimed", f"{full.rows[0]['value']:.4f}")
    assert result.status == 0
    assert "luma is of full range" in result.out
    rows = call(*where, "--claimed", "20", "--json", "--all").rows
    assert {"reading", "psnr", "difference", "verdict", "channels"} <= set(rows[0])
    assert rows[-1]["reading"] == "input: Pillow's bicubic"


def test_explain_refuses_and_leaves_out_with_a_reason(call: Call) -> None:
    call("run", "--model", "bicubic", "--set", "demo", "--scale", "4", "--save-outputs", "out")
    folder = Path("out/bicubic/demo_x4")
    where = ("explain", str(folder), "--set", "demo")
    refused = call(*where, "--claimed", "32,63")
    assert refused.status == 2
    assert "is not a claim" in refused.err
    first = sorted(folder.glob("*.png"))[0]
    cv2.imwrite(str(first), np.zeros((20, 20, 3), np.uint8))
    result = call(*where, "--claimed", "30.00")
    assert result.status == 3
    assert f"left out: {first.stem}: the output is 20x20" in result.err
    for path in folder.glob("*.png"):
        cv2.imwrite(str(path), np.zeros((20, 20, 3), np.uint8))
    assert "no pair can be compared" in call(*where, "--claimed", "30.00").err


def test_doctor_tells_of_a_home_that_may_not_be_entered(
    call: Call,
    open_path: Path,
    without_rights: Callable[[Path, int], contextlib.AbstractContextManager[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    locked = open_path / "locked"
    locked.mkdir()
    monkeypatch.setenv("IQABENCH_HOME", str(locked / "home"))
    with without_rights(locked, 0):
        result = call("doctor", "--json", "--store", open_path / "store")
    assert result.status == 3
    [home] = [row for row in result.rows if row["what"].startswith("cache")]
    assert (home["state"], home["value"]) == (
        "wrong",
        f"{locked / 'home'} cannot be entered: Permission denied",
    )
