"""Sets of reference super-resolution: CUFED5's names and levels, folders, and what goes wrong."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from iqabench.cli.main import cli
from iqabench.degradations import degradations
from iqabench.errors import ImageError, SetError
from iqabench.report.data.labels import setting_title
from iqabench.report.data.subjects import Setting
from iqabench.sets import load_set, scale_of_set

from .conftest import Shelf, facts, picture, write

REFERENCES = "".join(
    f", {{role: reference, level: x4-l{n}, name: '{{sample}}_{n}.png'}}" for n in (1, 2)
)


@pytest.fixture
def cufed(shelf: Shelf) -> Path:
    """Return a folder with two images and two references each, named as those of CUFED5."""
    shelf.declare(
        facts(
            task="refsr",
            size="2",
            levels="[x4-l1, x4-l2]",
            level="x4-l1",
            input="{degradation: pillow_bicubic, scale: 4}",
            files="",
            samples="000-001",
            named=f"[{{role: target, name: '{{sample}}_0.png'}}{REFERENCES}]",
        )
    )
    folder = shelf.folder / "unpacked"
    for sample in range(2):
        for number in range(3):
            pixels = picture(33 + 4 * number, 42 - 4 * number, seed=3 * sample + number)
            write(folder / f"{sample:03}_{number}.png", pixels)
    return folder


def fetched(folder: Path, *more: str) -> str:
    result = CliRunner().invoke(cli, ["fetch", "mine", "--from", str(folder), *more])
    return result.output if result.exit_code == 0 else f"{result.output}{result.exception}"


def test_the_files_are_found_by_their_names_and_pinned_in_one_note(cufed: Path) -> None:
    said = fetched(cufed)
    assert "6 files adopted" in said
    assert said.count("nobody published checksums of") == 1
    assert "mine/000_1.png" in said
    assert "2 more" in said
    assert "0 files adopted, 6 were here" in fetched(cufed)


def test_each_level_has_its_own_reference_and_the_same_target(cufed: Path) -> None:
    fetched(cufed)
    first, second = (load_set(f"mine_x4-l{n}") for n in (1, 2))
    assert (first.scale, first.level, second.level) == (4, "x4-l1", "x4-l2")
    one, two = (images.samples[0].load().parts for images in (first, second))
    assert np.array_equal(one["target"], two["target"])
    assert one["target"].shape[1:3] == (32, 40)
    assert one["reference"].shape[1:3] == (37, 38)  # neither cropped nor resized
    assert two["reference"].shape[1:3] == (41, 34)
    made = degradations().get("pillow_bicubic")(one["target"][0], scale=4)
    assert np.array_equal(one["input"][0], made)
    assert first.hash != second.hash


@pytest.mark.parametrize(
    ("name", "scale"), [("mine", None), ("mine", 4), ("mine_x4", None), ("mine_x4-l1", 4)]
)
def test_the_most_similar_reference_is_meant_where_none_is_named(
    cufed: Path, name: str, scale: int | None
) -> None:
    fetched(cufed)
    assert load_set(name, scale).level == "x4-l1"
    assert scale_of_set(name, scale) == 4


@pytest.mark.parametrize(
    ("name", "scale", "said"),
    [
        ("mine_x4-l3", None, "no level 'x4-l3'; it has x4-l1, x4-l2"),
        ("mine", 2, "no level 'x2'; it has x4-l1, x4-l2"),
        ("mine_x4-l2", 2, "has the level x4-l2, and the scale 2 is asked for too"),
    ],
)
def test_a_level_that_is_not_there_is_told(
    cufed: Path, name: str, scale: int | None, said: str
) -> None:
    with pytest.raises(SetError, match=said):
        load_set(name, scale)


def test_a_damaged_or_missing_file_is_not_pinned(cufed: Path) -> None:
    (cufed / "001_0.png").write_bytes((cufed / "001_0.png").read_bytes()[:300])
    (cufed / "001_2.png").unlink()
    said = fetched(cufed)
    assert "4 files adopted, 0 were here, 2 still missing" in said
    assert "1 has the right name but cannot be taken: " in said
    assert "2 files were not found" in said
    assert "mine: mine/001_2.png" in said


def test_reports_name_the_level_of_the_reference() -> None:
    assert setting_title(Setting("refsr", "cufed5", 4, "x4-l2", "h")) == (
        "cufed5 ×4, reference level 2"
    )


def put(folder: Path, role: str, name: str, pixels: np.ndarray) -> None:
    write(folder / role / f"{name}.png", pixels)


def test_a_folder_with_references_is_of_this_kind(tmp_path: Path) -> None:
    put(tmp_path, "target", "a", picture(32, 32))
    put(tmp_path, "reference", "a", picture(48, 20))
    images = load_set(str(tmp_path))
    assert (images.task, images.level, images.protocol) == ("refsr", "x4", "sr-y")
    parts = images.samples[0].load().parts
    assert {role: part.shape[1:3] for role, part in parts.items()} == {
        "target": (32, 32),
        "reference": (48, 20),
        "input": (8, 8),
    }
    put(tmp_path, "input", "a", picture(16, 16))
    assert (load_set(str(tmp_path)).task, load_set(str(tmp_path)).level) == ("refsr", "x2")
    assert load_set(f"{tmp_path}@x1").task == "restore"


def test_a_reference_in_16_bits_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "target", "a", picture(32, 32))
    put(tmp_path, "reference", "a", picture(32, 32).astype(np.uint16) * 257)
    with pytest.raises(ImageError, match=r"reference.a.png has more than 8 bits a channel"):
        load_set(str(tmp_path)).samples[0].load()


def test_a_sample_without_a_reference_is_told(tmp_path: Path) -> None:
    put(tmp_path, "target", "a", picture(32, 32))
    put(tmp_path, "target", "b", picture(32, 32))
    put(tmp_path, "reference", "b", picture(32, 32))
    first, second = load_set(str(tmp_path)).samples
    with pytest.raises(SetError, match=r"'a' has no reference: .*reference holds no image"):
        first.load()
    assert second.load().parts["reference"].shape == (1, 32, 32, 3)


def test_several_references_are_frames_of_one_part(tmp_path: Path) -> None:
    put(tmp_path, "target", "a", picture(32, 32))
    for number in range(3):
        put(tmp_path, "reference/a", f"{number}", picture(24, 24, seed=number))
    assert len(load_set(str(tmp_path)).samples[0].load().parts["reference"]) == 3
