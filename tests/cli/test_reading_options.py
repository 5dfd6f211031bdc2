"""The options of reading reach every command, and records made under other options are others."""

import warnings
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image as PillowImage

import iqabench
from iqabench.cli.main import cli
from iqabench.cli.options import reading_options
from iqabench.errors import ImageError
from iqabench.images import ReadOptions
from iqabench.images.reading import MAX_PIXELS
from iqabench.sets import load_set
from iqabench.store import Store

from .conftest import Call, Result

IMAGE = np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Outputs of which one is stored upside down with its tag, and one has a second page."""
    monkeypatch.chdir(tmp_path)
    for name in ("outputs", "targets"):
        (tmp_path / name).mkdir()
    exif = PillowImage.Exif()
    exif[0x0112] = 3
    turned = PillowImage.fromarray(np.ascontiguousarray(IMAGE[::-1, ::-1]))
    image, noise = PillowImage.fromarray(IMAGE), PillowImage.fromarray(255 - IMAGE)
    turned.save("outputs/phone.png", exif=exif)
    image.save("outputs/scan.tif", save_all=True, append_images=[noise])
    image.save("targets/phone.png")
    image.save("targets/scan.png")
    return tmp_path


Score = Callable[..., Result]


@pytest.fixture
def score(folders: Path, call: Call) -> Score:
    def run(*words: str) -> Result:
        options = ("--target", "targets", "--column", "psnr", "--json", "--store", "records")
        return call("score", "outputs", *options, *words)

    return run


def test_what_is_not_what_people_see_is_told(score: Score) -> None:
    done = score()
    assert done.status == 3
    assert "1 image has an orientation tag" in done.err
    assert "outputs/phone.png (turned by 180 degrees)" in done.err
    assert "outputs/scan.tif has 2 pages; expected one image. Choose one with --page N" in done.err
    assert "an orientation tag" in score().err  # the records are there already


def test_options_of_reading_have_keys_of_their_own(score: Score, folders: Path) -> None:
    plain = score("--page", "1")
    turned = score("--page", "1", "--apply-orientation")
    assert (plain.status, turned.status) == (0, 0)
    assert [row["value"] for row in turned.rows] == ["inf"]
    assert [(row["infinite"], row["n"]) for row in plain.rows] == [(1, 2)]
    assert "was turned as the orientation tag says" in turned.err
    with Store(folders / "records").connect() as connection:
        query = "SELECT count(DISTINCT key), count(DISTINCT set_hash) FROM records"
        assert connection.execute(query).fetchall() == [(2, 2)]


def test_a_set_is_read_with_the_options(folders: Path) -> None:
    before, after = (
        load_set("outputs", 1, reading=r) for r in (ReadOptions(), ReadOptions(page=1))
    )
    assert before.hash != after.hash
    with pytest.raises(ImageError, match="2 pages"):
        before.samples[1].load()
    assert np.array_equal(after.samples[1].load().parts["target"][0], IMAGE)
    assert load_set("outputs", 1, reading=ReadOptions(max_pixels=9)).hash == before.hash
    with pytest.raises(ImageError, match=r"24x24 = 576 pixels; up to 9 are read. --max-pixels 576"):
        load_set("outputs", 1, reading=ReadOptions(max_pixels=9)).samples[0].load()


def test_records_of_another_meaning_are_not_taken(tmp_path: Path) -> None:
    """Version 0.1 took the values of this PGM as they are; a PNG has had one meaning always."""
    (tmp_path / "a.pgm").write_bytes(b"P5 12 1 100 " + bytes(12))
    (tmp_path / "b.pgm").write_bytes(b"P5 12 1 255 " + bytes(12))
    PillowImage.fromarray(IMAGE).save(tmp_path / "c.png")
    identities = [s.files["target"][0].identity() for s in load_set(str(tmp_path), 1).samples]
    assert [identity[64:] for identity in identities] == [" as of 0.2", "", ""]


def test_python_warns(folders: Path) -> None:
    with pytest.warns(UserWarning, match="has an orientation tag"):
        iqabench.score("outputs", "targets", ["psnr"], store="records")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        turned = ReadOptions(page=1, apply_orientation=True)
        with pytest.raises(UserWarning, match="was turned"):
            iqabench.score("outputs", "targets", ["psnr"], store="records", reading=turned)


def test_an_image_too_small_for_the_scale_is_named(folders: Path, call: Call) -> None:
    PillowImage.fromarray(IMAGE[:1, :1]).save("targets/dot.png")
    done = call("run", "--model", "bicubic", "--set", "targets", "--store", "records")
    assert done.status == 3
    assert "targets/dot.png is 1x1 pixels; x4 needs at least 4x4" in done.err


def test_the_command_line_has_the_limit_of_the_library() -> None:
    @click.command()
    @reading_options
    def command(reading: ReadOptions) -> None:
        assert reading.max_pixels == MAX_PIXELS

    assert CliRunner().invoke(command, [], standalone_mode=False).exception is None
    for name in ("run", "score", "compare", "explain", "agree"):
        loaded = cli.get_command(click.Context(cli), name)
        assert loaded is not None
        assert {"page", "apply_orientation", "max_pixels"} <= {p.name for p in loaded.params}
