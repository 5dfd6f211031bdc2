"""Sets whose samples are boxes of images, as DND's are, and outputs as their server takes them."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

from iqabench.cli.main import cli
from iqabench.errors import ImageError, SetError
from iqabench.lazy_module import LazyModule
from iqabench.sets import load_set, set_facts
from iqabench.sets.boxes import boxed_image_fault, boxes_fault, read_box
from iqabench.sets.catalogue import entry
from iqabench.submissions.bundle import bundle

from .conftest import Shelf, facts, picture, write

scipy_io = LazyModule("scipy.io")
BOXES = (
    "[{role: input, name: 'images_srgb/{image}.mat', images: 0001-0002, variable: InoisySRGB,"
    " boxes: info.mat, boxes_variable: info/boundingboxes, count: 3, size: [12, 14]}]"
)
PLACES = [[[1, 1], [5, 7], [9, 3]], [[2, 2], [8, 1], [1, 6]]]
"""First row and column of each box of each image, from 1."""


def image(number: int) -> np.ndarray:
    return np.random.default_rng(number).random((20, 22, 3), dtype=np.float32)


def save(path: Path, fill: Callable[[h5py.File], object]) -> Path:
    """Write a file as MATLAB does: a block of 512 bytes before the HDF5 file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", userblock_size=512) as file:
        fill(file)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512))
    return path


def save_image(path: Path, pixels: np.ndarray, variable: str = "InoisySRGB") -> Path:
    return save(path, lambda file: file.create_dataset(variable, data=pixels.T))


def save_info(path: Path, places: list[list[list[int]]], side: int = 12) -> Path:
    """Write a structure with the boxes of each image, as cells that it refers to."""

    def fill(file: h5py.File) -> None:
        references = []
        for number, of_image in enumerate(places):
            rows = [[y, x, y + side - 1, x + 13] for y, x in of_image]
            cell = file.create_dataset(f"#refs#/{number}", data=np.array(rows, float).T)
            references.append(cell.ref)
        kind = h5py.special_dtype(ref=h5py.Reference)
        file.create_group("info")
        file["info"].create_dataset("boundingboxes", data=np.array([references], kind), dtype=kind)

    return save(path, fill)


@pytest.fixture
def folder(shelf: Shelf) -> Path:
    """Return a folder with the files of a declared set of boxes."""
    shelf.declare(
        facts(
            task="real_denoise",
            size="6",
            levels="[]",
            level="''",
            protocol="sidd",
            input="",
            files="",
            boxes=BOXES,
            server="dnd",
        )
    )
    top = shelf.folder / "dnd"
    save_info(top / "info.mat", PLACES)
    for number in (1, 2):
        save_image(top / f"images_srgb/{number:04d}.mat", image(number))
    return top


def call(*words: object) -> str:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    return result.output if result.exit_code == 0 else f"{result.output}{result.exception}"


def test_each_box_is_a_sample_of_floats(folder: Path) -> None:
    assert "3 files adopted, 0 were here, 0 still missing" in call(
        "fetch", "mine", "--from", folder
    )
    images = load_set("mine")
    assert [s.name for s in images] == ["0001_1", "0001_2", "0001_3", "0002_1", "0002_2", "0002_3"]
    assert len({s.files["input"][0].identity() for s in images}) == 6
    part = images.samples[4].load().parts["input"]
    assert np.array_equal(part[0], image(2)[7:19, 0:14].astype(np.float64) * 255)


def test_outputs_are_kept_as_floats_and_bundled_for_the_server(
    folder: Path, tmp_path: Path
) -> None:
    call("fetch", "mine", "--from", folder)
    out = tmp_path / "out"
    said = call(
        "run", "--model", "identity", "--set", "mine", "--column", "entropy", "--save-outputs", out
    )
    assert "6" in said
    said = call("bundle", "mine", out, "--out", tmp_path / "handed_in")
    assert "2 files are in" in said
    held = scipy_io.loadmat(tmp_path / "handed_in/0002.mat")
    assert held["Idenoised"].shape == (1, 3)
    assert held["Idenoised"][0, 1].dtype == np.float32
    assert np.allclose(held["Idenoised"][0, 1], image(2)[7:19, 0:14], atol=1e-7, rtol=0)
    assert held["israw"].item() == 0
    assert held["eval_version"].item() == "1.0"


def test_images_of_any_program_are_bundled_and_a_missing_one_is_told(
    folder: Path, tmp_path: Path
) -> None:
    item, out = entry("mine"), tmp_path / "out"
    for name in ("0001_1", "0001_2", "0001_3", "0002_1", "0002_2"):
        write(out / f"{name}.png", picture(12, 14))
    with pytest.raises(SetError, match="lacks 1 of 6 outputs: 0002_3"):
        bundle(item, out, tmp_path / "handed_in")
    write(out / "0002_3.png", picture(14, 12))
    with pytest.raises(ImageError, match="is 12x14 with 3 bands; expected 14x12 with 3"):
        bundle(item, out, tmp_path / "handed_in")
    write(out / "0002_3.png", picture(12, 14))
    assert len(bundle(item, out, tmp_path / "handed_in")) == 2
    cell = scipy_io.loadmat(tmp_path / "handed_in/0001.mat")["Idenoised"][0, 0]
    assert np.array_equal(cell, (picture(12, 14) / 255.0).astype(np.float32))


def test_a_set_with_targets_has_nothing_to_hand_in(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="no server has the targets of 'set5'"):
        bundle(entry("set5"), tmp_path, tmp_path)
    with pytest.raises(SetError, match="is no folder"):
        bundle(entry("dnd"), tmp_path / "absent", tmp_path)


def test_every_fault_of_a_file_has_its_message(tmp_path: Path) -> None:
    known = set_facts("dnd").boxes[0]
    old = tmp_path / "old.mat"
    scipy_io.savemat(old, {"InoisySRGB": np.zeros((4, 4, 3))})
    damaged = tmp_path / "damaged.mat"
    damaged.write_bytes(save_image(tmp_path / "i.mat", image(1)).read_bytes()[:700])
    few = save_info(tmp_path / "few.mat", PLACES)
    small = save_info(tmp_path / "small.mat", [PLACES[0][:1] * 20] * 50)
    raw = save_image(tmp_path / "raw.mat", image(1), "Inoisy")
    for path, message in {
        old: "is a MATLAB file of version 5; expected the published one, of version 7.3",
        damaged: "is damaged",
        raw: r"holds Inoisy (20x22x3, float32); expected InoisySRGB (HxWx3, float32 or float64)",
        tmp_path / "absent.mat": "cannot be read",
    }.items():
        assert message in boxed_image_fault(path, known)
    for path, message in {
        old: "is a MATLAB file of version 5",
        raw: "holds no list 'info/boundingboxes'",
        few: "lists 3 boxes for each of 2 images; expected 20 for each of 50",
        small: "lists a box of 14x12; expected 512x512",
    }.items():
        assert message in boxes_fault(path, known)


def test_a_box_outside_of_its_image_and_values_that_are_no_fractions_are_told(
    tmp_path: Path,
) -> None:
    path = save_image(tmp_path / "i.mat", image(1))
    with pytest.raises(
        ImageError, match="the box of rows 15 to 26 and columns 1 to 14 does not lie in"
    ):
        read_box(path, "InoisySRGB", (15, 26, 1, 14), "i.mat")
    levels = save_image(tmp_path / "levels.mat", image(1) * 255)
    with pytest.raises(ImageError, match=r"holds values from .* to 25.*; expected 0 to 1"):
        read_box(levels, "InoisySRGB", (1, 12, 1, 14), "levels.mat")
