"""Measurements for a board, really run on the embedded images and models."""

from pathlib import Path

import pytest

from iqabench.boards import boards, read_board
from iqabench.challenge import rank, reproduce
from iqabench.challenge.measure import measure
from iqabench.challenge.parts import card_for, check_parts
from iqabench.errors import FactsError, ModelError, UsageError
from iqabench.run import Options
from iqabench.store import Store

from .example_board import write_board

DEMO = """
title: The embedded photographs
source: nobody
scale: 4
sets: {Demo: demo, Elsewhere: ""}
published: {file: made.csv, entry: method}
models: {Bicubic: bicubic, Pocket: pocket}
columns:
  psnr:
    better: higher
    metric: psnr@sr-y
    metric_of: {Bicubic: psnr@bicubic-2014}
    set: Demo
    published: psnr
    tolerance: 0.01
  other: {better: higher, metric: psnr@sr-y, set: Elsewhere, published: other}
  strange: {better: higher, metric: no_such_metric@sr-y, set: Demo, published: other}
  size: {better: lower, probe: params@all, published: size, tolerance: 0}
errata: [{entry: Pocket, of: size, instead: 47544, why: a slip}]
tracks: [{name: t, rank: psnr}]
"""

ROWS = """
method,psnr,other,size
Bicubic,{bicubic},30.0,0
Pocket,{pocket},31.0,47000
Third,1.00,,5
"""


def run(folder: Path, model: str, metric: str) -> float:
    """Compute the mean in another way."""
    from iqabench.run import evaluate, plan  # noqa: PLC0415 - beside what it checks

    store = Store(folder / f"by-hand-{model}")
    evaluate(plan([model], ["demo"], [metric], 4), store, Options(device="cpu"))
    with store.connect() as connection:
        (row,) = connection.execute("SELECT avg(value) FROM records").fetchall()
    return float(row[0])


def test_only_what_was_printed_of_a_model_is_run(tmp_path: Path) -> None:
    yaml = """
        title: Two columns
        source: nobody
        scale: 4
        sets: {Demo: demo}
        published: {file: made.csv, entry: method}
        models: {Bicubic: bicubic, Nearest: nearest}
        columns:
          psnr: {better: higher, metric: psnr@sr-y, set: Demo, published: psnr, tolerance: 0.01}
          ssim: {better: higher, metric: ssim@sr-y, set: Demo, published: ssim, tolerance: 0.01}
        """
    board = write_board(tmp_path, yaml, "method,psnr,ssim\nBicubic,28.0,\nNearest,,0.7\n")
    store = Store(tmp_path / "store")
    compared, _ = reproduce(board, store, Options(device="cpu"))
    assert [(c.entry, c.column) for c in compared] == [("Bicubic", "psnr"), ("Nearest", "ssim")]
    with store.connect() as connection:
        ran = connection.execute("SELECT DISTINCT model, metric FROM records ORDER BY 1").fetchall()
    assert ran == [("bicubic", "psnr"), ("nearest", "ssim")]


def test_published_beside_measured(tmp_path: Path) -> None:
    bicubic, pocket = (
        run(tmp_path, "bicubic", "psnr@bicubic-2014"),
        run(tmp_path, "pocket", "psnr@sr-y"),
    )
    board = write_board(
        tmp_path, DEMO, ROWS.format(bicubic=f"{bicubic:.2f}", pocket=f"{pocket + 0.1:.2f}")
    )
    compared, found = reproduce(board, Store(tmp_path / "store"), Options(device="cpu"))
    cells = {(c.entry, c.column): c for c in compared}
    assert cells["Bicubic", "psnr"].measured == pytest.approx(bicubic)
    assert cells["Bicubic", "psnr"].verdict == "ok"
    assert cells["Pocket", "psnr"].measured == pytest.approx(pocket)
    assert cells["Pocket", "psnr"].verdict == "out"
    assert cells["Pocket", "psnr"].difference == pytest.approx(-0.1, abs=0.006)
    assert (cells["Pocket", "size"].measured, cells["Pocket", "size"].verdict) == (
        47544.0,
        "erratum",
    )
    assert cells["Bicubic", "size"].verdict == "ok"
    assert cells["Pocket", "other"].verdict == "not run"
    assert "--set Elsewhere=FOLDER" in cells["Pocket", "other"].why
    assert "no_such_metric" in cells["Pocket", "strange"].why
    assert found.ids == {"bicubic": "bicubic", "pocket": "pocket"}


def test_a_part_of_the_images_proves_nothing(tmp_path: Path) -> None:
    board = write_board(tmp_path, DEMO, ROWS.format(bicubic=20, pocket=20))
    options = Options(device="cpu", limit=2)
    compared, _ = reproduce(board, Store(tmp_path / "store"), options, ["bicubic"], costs=False)
    cells = {c.column: c for c in compared}
    assert set(cells) == {"psnr", "other", "strange"}
    assert (cells["psnr"].verdict, cells["psnr"].why) == ("part", "of at most 2 images")


def test_a_model_that_is_no_entry_is_pointed_to_rank(tmp_path: Path) -> None:
    board = write_board(tmp_path, DEMO, ROWS.format(bicubic=20, pocket=20))
    with pytest.raises(
        UsageError, match="'iqabench rank made --model lanczos' says where another one"
    ):
        reproduce(board, Store(tmp_path / "store"), Options(), ["lanczos"])


def test_rank_on_a_set_that_is_here(tmp_path: Path) -> None:
    board = write_board(tmp_path, DEMO, ROWS.format(bicubic=20, pocket=90))
    (place,), _ = rank(board, ["nearest"], Store(tmp_path / "store"), Options(device="cpu"))
    assert (place.rank, place.of, place.neighbours) == (2, 4, ("Pocket", "Bicubic"))


def test_a_folder_that_somebody_has_stands_for_a_set(tmp_path: Path, photos: Path) -> None:
    board = write_board(tmp_path, DEMO, ROWS.format(bicubic=20, pocket=20))
    found = measure(
        board.with_sets({"Elsewhere": str(photos)}),
        ["bicubic"],
        Store(tmp_path / "store"),
        Options(device="cpu"),
        costs=False,
    )
    assert found.of("bicubic")["other"].n == 3


def test_a_folder_may_lie_beside_the_board(tmp_path: Path, photos: Path) -> None:
    assert photos.parent == tmp_path
    yaml = DEMO.replace('Elsewhere: ""', "Elsewhere: ./photos")
    board = write_board(tmp_path, yaml, ROWS.format(bicubic=20, pocket=20))
    found = measure(
        board, ["bicubic"], Store(tmp_path / "store"), Options(device="cpu"), costs=False
    )
    assert found.of("bicubic")["other"].n == 3


def test_sets_of_other_words_are_refused(tmp_path: Path) -> None:
    board = write_board(tmp_path, DEMO, ROWS.format(bicubic=20, pocket=20))
    with pytest.raises(
        UsageError, match="the board made has no set 'Demos'; it has Demo, Elsewhere"
    ):
        board.with_sets({"Demos": "."})


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            "dncnn_25",
            "the model 'dncnn_25' is for denoising; the board made is of super-resolution x4",
        ),
        (
            "rlfn_x2",
            "the model 'rlfn_x2' is for super-resolution x2; the board made is of super-resolution",
        ),
    ],
)
def test_models_of_another_task_or_scale(tmp_path: Path, model: str, said: str) -> None:
    board = write_board(tmp_path, DEMO, ROWS.format(bicubic=20, pocket=20))
    with pytest.raises(ModelError) as told:
        measure(board, [model], Store(tmp_path / "store"), Options())
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Demo: demo", "Demo: demmo", "4: sets.Demo: no set is called 'demmo'"),
        ("Demo: demo", "Demo: DEMO", "4: sets.Demo: the set 'DEMO' is called 'demo' here"),
        ("params@all", "parms", "17: columns.size.probe: no probe is called 'parms'"),
        ("params@all", "macs@paper", "17: columns.size.probe: no convention of macs"),
        (
            "params@all",
            "params",
            "17: columns.size.probe: 'params' counts in several ways; write params@",
        ),
        ("params@all", "params@all, input: 3x256", "17: columns.size.input"),
    ],
)
def test_parts_that_do_not_exist(tmp_path: Path, old: str, new: str, said: str) -> None:
    board = write_board(tmp_path, DEMO.replace(old, new), ROWS.format(bicubic=20, pocket=20))
    with pytest.raises(FactsError) as told:
        measure(board, ["bicubic"], Store(tmp_path / "store"), Options())
    assert str(told.value).startswith(f"{tmp_path / 'made.yaml'}:{said}")


@pytest.mark.parametrize("name", list(boards()))
def test_every_board_names_parts_that_exist(name: str) -> None:
    known = boards()[name]
    check_parts(known)
    for model in known.model_ids if not known.ranks_metrics else ():
        card_for(known, model)


def test_levels_are_run_where_a_model_is_for_them(tmp_path: Path) -> None:
    yaml = """
    title: Noise
    source: nobody
    task: denoise
    sets: {Set12: set12}
    levels: {"15": n15, "25": n25, "99": n99}
    columns: {psnr: {better: higher, metric: psnr@grey}}
    """
    path = tmp_path / "levels.yaml"
    path.write_text("\n".join(line[4:] for line in yaml.splitlines()).lstrip())
    with pytest.raises(
        FactsError, match=r"levels\.yaml:5: levels\.99: the set 'set12' has no level 'n99'"
    ):
        measure(read_board(path), ["dncnn_25"], Store(tmp_path / "store"), Options())


def test_a_set_that_is_not_here_is_told_with_the_command_that_brings_it(tmp_path: Path) -> None:
    yaml = DEMO.replace("Demo: demo", "Demo: div2k_valid")
    board = write_board(tmp_path, yaml, ROWS.format(bicubic=20, pocket=20))
    (place,), _ = rank(board, ["nearest"], Store(tmp_path / "store"), Options(device="cpu"))
    assert place.rank is None
    assert "'iqabench fetch div2k_valid' brings it" in place.missing[0]


def test_what_depends_on_the_machine_can_be_left_out(tmp_path: Path) -> None:
    yaml = DEMO.replace("probe: params@all,", "probe: params@all, relative: true,")
    board = write_board(tmp_path, yaml, ROWS.format(bicubic=20, pocket=20))
    store = Store(tmp_path / "store")
    options = Options(device="cpu", limit=1)
    compared, found = reproduce(board, store, options, ["bicubic"], timed=False)
    assert "size" not in {c.column for c in compared}
    assert "size" not in found.of("bicubic")
