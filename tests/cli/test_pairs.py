"""Means say of which images they are: commands that pair, leave out, limit and count."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from iqabench.images import write_image

from .conftest import Call, Result

Command = Callable[..., Result]


@pytest.fixture
def score(in_tmp: Path, call: Call) -> Command:
    """Return the command `score` in a folder of its own, with the columns that are named or psnr."""
    assert in_tmp.is_dir()

    def scored(*words: str) -> Result:
        column = [] if "--column" in words else ["--column", "psnr"]
        form = [] if "--markdown" in words else ["--json"]
        return call("score", *words, *column, "--device", "cpu", *form)

    return scored


@pytest.fixture
def run(in_tmp: Path, call: Call) -> Command:
    """Return the command `run` on the set demo, in a folder of its own."""
    assert in_tmp.is_dir()

    def on_demo(*words: str) -> Result:
        common = ("--set", "demo", "--column", "psnr", "--device", "cpu", "--json")
        return call("run", *words, *common)

    return on_demo


def put(folder: str, names: Iterable[str], shift: int = 0, side: int = 16) -> None:
    """Write an image for each name: equal places, equal images, but for a shift of all levels."""
    for at, name in enumerate(names):
        levels = np.random.default_rng(at).integers(0, 200, (side, side, 3), np.uint8)
        path = Path(folder) / (name if Path(name).suffix in (".png", ".bmp") else f"{name}.png")
        write_image(path, levels + np.uint8(shift))


def pairs(*lines: str) -> str:
    Path("pairs.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return "pairs.csv"


def test_the_substitution_is_told(score: Command) -> None:
    put("targets", ["norain-001", "norain-002"])
    put("outputs", ["rain-001", "rain-002"], 2)
    result = score("outputs", "--target", "targets")
    assert result.status == 0
    assert "note: paired by: 'rain-' -> 'norain-'" in result.err
    assert result.rows[0]["n"] == 2
    assert result.rows[0]["value"] == pytest.approx(42.1102, abs=1e-4)


def test_what_is_missing_is_counted_and_named(score: Command) -> None:
    put("targets", ["a", "b", "c", "d"])
    put("outputs", ["a", "c", "stray"], 2)
    Path("outputs/b.npy").write_bytes(b"\x93NUMPY")
    Path("outputs/d.png").symlink_to("nowhere")
    for name in ("._a.png", ".DS_Store", "Thumbs.db", "notes.txt"):
        Path("outputs", name).write_bytes(b"-")
    result = score("outputs", "--target", "targets")
    assert result.status == 3
    assert (result.rows[0]["n"], result.rows[0]["failed"]) == (2, 2)
    for line in ("1 output without a target: stray", "2 targets without an output: b, d"):
        assert f"missing: {line}\n" in result.err
    assert "(of a type that is not read): b.npy" in result.err
    assert "(links that lead nowhere): d.png" in result.err
    assert "notes.txt" not in result.err
    allowed = score("outputs", "--target", "targets", "--allow-missing")
    assert allowed.status == 0
    assert "missing: 2 targets without an output: b, d\n" in allowed.err


def test_an_unreadable_file_is_missing_and_other_failures_are_not(score: Command) -> None:
    put("targets", ["a", "b"])
    put("outputs", ["a"], 2)
    Path("outputs/b.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    assert score("outputs", "--target", "targets").status == 3
    assert score("outputs", "--target", "targets", "--allow-missing").status == 0
    put("outputs", ["a", "b"], side=20)
    failed = score("outputs", "--target", "targets", "--allow-missing")
    assert failed.status == 3
    assert "never resized" in failed.err


def test_infinite_members_of_a_mean(score: Command) -> None:
    put("targets", "abc")
    put("outputs", "abc", 2)
    put("outputs", "a")
    row = score("outputs", "--target", "targets").rows[0]
    assert (row["value"], row["infinite"], row["n"]) == ("inf", 1, 3)
    assert row["finite"] == pytest.approx(42.1102, abs=1e-4)
    said = "inf (1 of 3 infinite; mean of the others 42.1102)"
    assert said in score("outputs", "--target", "targets", "--markdown").out
    assert said in score("outputs", "--target", "targets", "--per-image").err


def test_columns_over_the_set_need_no_pairs(score: Command, mirror: str) -> None:
    assert mirror
    put("photos", "pqrstu", side=40)
    put("outputs", "abcde", 2, side=40)
    columns = ("--column", "frechet_alexnet", "--column", "psnr", "--column", "total_variation")
    result = score("outputs", "--target", "photos", *columns)
    assert result.status == 3
    by_column = {row["column"]: row for row in result.rows}
    assert by_column["frechet_alexnet@rgb"]["value"] > 0, result.err
    assert by_column["total_variation@rgb"]["n"] == 5
    assert "psnr@rgb" not in by_column
    assert "frechet_alexnet@rgb compares 5 outputs with 6 targets." in result.err
    assert "psnr@rgb compares pairs, and no output belongs to a target by its name" in result.err


def test_what_needs_pairs_names_what_needs_none(score: Command) -> None:
    put("photos", "pq")
    put("outputs", "ab", 2)
    refused = score("outputs", "--target", "photos")
    assert refused.status == 1
    assert "Columns such as fid and niqe need no pairs." in refused.err


def test_many_outputs_of_one_target(score: Command) -> None:
    put("targets", ["0001", "0002", "0003"])
    outputs = ["0001_0.8_0.2", "0001_1_0.9", "0002_0.8_0.2"]
    put("outputs", outputs, 2)
    one = score("outputs", "--target", "targets")
    assert one.status == 1
    assert "Add --many" in one.err
    result = score("outputs", "--target", "targets", "--many", "--per-image")
    assert [row["sample"] for row in result.rows] == outputs
    assert "1 target without an output: 0003" in result.err
    assert score("outputs", "--many", "--column", "entropy").status == 2


def test_folders_below_are_pointed_at_and_read(score: Command) -> None:
    for clip in ("one", "two"):
        put(f"targets/{clip}", ["cat", "dog"])
        put(f"outputs/{clip}", ["cat", "dog"], 2)
    Path("targets/one/loop").symlink_to(Path("targets").resolve())
    refused = score("outputs", "--target", "targets")
    assert refused.status == 1
    assert "2 folders with 4 images lie in it: add --recursive" in refused.err
    result = score("outputs", "--target", "targets", "--recursive", "--per-image")
    assert [row["sample"] for row in result.rows][:2] == ["one/cat", "one/dog"]
    put("outputs", ["one"])
    put("targets", ["one"])
    above = score("outputs", "--target", "targets")
    assert "outputs: 2 folders with 4 images lie in it: they are not read" in above.err


def test_folders_of_numbered_frames_are_clips_and_told_as_such(score: Command) -> None:
    for clip in ("one", "two"):
        put(f"targets/{clip}", ["001", "002"])
        put(f"outputs/{clip}", ["001", "002"], 2)
    result = score("outputs", "--target", "targets")
    assert "were read as clips" in result.err
    assert "--recursive" in result.err
    assert result.rows[0]["n"] == 2


def test_a_file_of_pairs(score: Command) -> None:
    put("targets", ["a", "b, c"])
    put("outputs", ["x.png", "x.bmp", "-y"], 2)
    words = ("outputs", "--target", "targets", "--allow-missing", "--pairs")
    file = pairs("output,target", "x.bmp,a", "", '-y.png,"b, c.png"')
    result = score(*words, file)
    assert (result.status, result.rows[0]["n"]) == (0, 2)
    assert "1 output without a target: x.png" in result.err
    swapped = score(*words, pairs("output,target", "-y.png,a", 'x.bmp,"b, c"'))
    assert swapped.rows[0]["value"] != result.rows[0]["value"]


def test_a_file_of_pairs_with_inputs_and_for_many(score: Command) -> None:
    put("targets", ["a"])
    put("inputs", ["p", "q"])
    put("outputs", ["x", "y"], 2)
    words = ("outputs", "--target", "targets", "--pairs")
    assert score(*words, pairs("output,target", "x,a", "y,a"), "--many").rows[0]["n"] == 2
    file = pairs("output,target,input", "x,a,q")
    inputs = ("--input", "inputs", "--scale", "1", "--column", "psnr@lr", "--allow-missing")
    assert score(*words, file, *inputs).rows[0]["n"] == 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["output,target", "x,a", "z,b"], "line 3: there is no output 'z' in outputs"),
        (["output,target", "x,c"], "line 2: there is no target 'c' in targets"),
        (["output,target", "x,a", "x,b"], "line 3: the output 'x' stands in line 2, too"),
        (["output,target", "x,a", "y,a"], "line 3: the target 'a' stands in line 2, too"),
        (["output,target", "x,"], "line 2: the target is missing"),
        (["output,target", "x"], "line 2: there are 1 cells; expected 2"),
        (["output,target", '"x,a'], "line 2: unexpected end of data"),
        (["a,b", "x,a"], "line 1: the header is 'a,b'; expected output,target"),
        (["output,target"], "has a header and no pairs"),
        ([], "line 1: the header is ''"),
    ],
)
def test_a_wrong_file_of_pairs(score: Command, lines: list[str], message: str) -> None:
    put("targets", ["a", "b"])
    put("outputs", ["x", "y"])
    result = score("outputs", "--target", "targets", "--pairs", pairs(*lines))
    assert result.status == 1
    assert message in result.err


def test_two_images_of_one_name_are_a_choice(score: Command) -> None:
    put("outputs", ["a.png", "a.bmp"])
    put("targets", ["a"])
    result = score("outputs", "--target", "targets")
    assert result.status == 1
    assert "a.bmp and a.png in outputs share the name 'a'" in result.err
    assert "--pairs FILE.csv" in result.err


def test_a_limit_holds_for_what_is_printed(run: Command) -> None:
    whole = run("--model", "bicubic").rows
    limited = run("--model", "bicubic", "--model", "nearest", "--limit", "2").rows
    assert whole[0]["n"] == 5
    assert [row["n"] for row in limited] == [2, 2]
    assert limited[0]["value"] != whole[0]["value"]
    assert len(run("--model", "bicubic", "--limit", "2", "--per-image").rows) == 2


def test_a_column_over_part_of_a_set_is_another_number(run: Command, mirror: str) -> None:
    assert mirror
    words = ("--model", "nearest", "--column", "frechet_alexnet")
    figures = [
        next(row for row in result.rows if row["column"].startswith("frechet"))
        for result in (run(*words, "--limit", "2"), run(*words), run(*words, "--limit", "2"))
    ]
    assert [row["value"] is None for row in figures] == [True, False, True]  # two are too few
    assert [row["n"] for row in figures] == [0, 5, 0]
