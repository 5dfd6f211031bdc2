"""Sets whose files are MATLAB arrays with an image for each sample, as SIDD's validation blocks are."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from iqabench.cli.main import cli
from iqabench.errors import ImageError
from iqabench.files import RemoteFile, home
from iqabench.files.fetch import fetch
from iqabench.images import Case
from iqabench.images.formats.mat5 import mat5_array, mat5_types
from iqabench.lazy_module import LazyModule
from iqabench.metrics.core.column import scores
from iqabench.metrics.core.spelling import column
from iqabench.sets import load_set, set_facts
from iqabench.sets.blocks import blocks_fault

from .conftest import Shelf, facts

scipy_io = LazyModule("scipy.io")
SHAPE = (3, 10, 12, 12, 3)
BLOCKS = (
    "[{role: input, name: Noisy.mat, variable: Noisy, shape: [3, 10, 12, 12, 3],"
    " mistaken: {Benchmark.mat: the blocks of the benchmark}},"
    " {role: target, name: Gt.mat, variable: Gt, shape: [3, 10, 12, 12, 3]}]"
)


def blocks(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, SHAPE, dtype=np.uint8)


def save(folder: Path, name: str, array: np.ndarray, variable: str = "") -> Path:
    path = folder / f"{name}.mat"
    scipy_io.savemat(path, {variable or name: array}, do_compression=True)
    return path


@pytest.fixture
def folder(shelf: Shelf) -> Path:
    """Return an empty folder for the files of a declared set of blocks."""
    shelf.declare(
        facts(
            task="real_denoise",
            size="30",
            levels="[]",
            level="''",
            protocol="sidd",
            input="",
            files="",
            blocks=BLOCKS,
        )
    )
    place = shelf.folder / "unpacked" / "deep"
    place.mkdir(parents=True)
    return place


def fetched(folder: Path) -> str:
    result = CliRunner().invoke(cli, ["fetch", "mine", "--from", str(folder.parent)])
    return result.output if result.exit_code == 0 else f"{result.output}{result.exception}"


def test_each_block_is_a_sample(folder: Path) -> None:
    save(folder, "Noisy", blocks(1))
    save(folder, "Gt", blocks(2))
    assert "2 files adopted, 0 were here, 0 still missing" in fetched(folder)
    samples = load_set("mine").samples
    names = [sample.name for sample in samples]
    assert names[:2] + names[-1:] == ["1_01", "1_02", "3_10"]
    parts = samples[13].load().parts
    assert np.array_equal(parts["input"][0], blocks(1)[1, 3])
    assert np.array_equal(parts["target"][0], blocks(2)[1, 3])
    assert len(list((home() / "extracted").glob("*/*.npy"))) == 2


def test_an_unpacked_array_that_was_changed_is_unpacked_again(folder: Path) -> None:
    save(folder, "Noisy", blocks(1))
    save(folder, "Gt", blocks(2))
    fetched(folder)
    sample = load_set("mine").samples[29]
    sample.load()
    for unpacked in (home() / "extracted").glob("*/*.npy"):
        unpacked.write_bytes(unpacked.read_bytes()[:-1] + b"\0")
    assert np.array_equal(sample.load().parts["input"][0], blocks(1)[2, 9])


def test_files_that_are_not_those_of_the_set_are_told(folder: Path) -> None:
    save(folder, "Noisy", blocks(1), "Benchmark")
    save(folder, "Benchmark", blocks(1))
    save(folder, "Gt", blocks(2)[:2])
    said = fetched(folder)
    assert "0 files adopted, 0 were here, 2 still missing" in said
    assert "2 have the right name but cannot be taken: " in said
    assert (
        "Noisy.mat holds Benchmark (3x10x12x12x3, uint8); expected Noisy (3x10x12x12x3, uint8)"
        in said
    )
    assert "Benchmark.mat is the blocks of the benchmark" in said


def test_every_fault_of_a_file_has_its_message(tmp_path: Path) -> None:
    known = set_facts("sidd").blocks[1]
    expected = "expected ValidationGtBlocksSrgb (40x32x256x256x3, uint8)"
    whole = save(tmp_path, "whole", np.zeros(known.shape[:-1], dtype=np.float32)[:1, :1], "Other")
    content = whole.read_bytes()
    cases = {
        whole: f"holds Other (1x1x256x256, float32); {expected}",
        tmp_path / "cut.mat": "is damaged: it ends within an array",
        tmp_path / "new.mat": "is a MATLAB file of version 7.3",
        tmp_path / "page.mat": "is no MATLAB file",
        tmp_path / "none.mat": "is an empty file",
        tmp_path / "absent.mat": "cannot be read",
    }
    (tmp_path / "cut.mat").write_bytes(content[:-40])
    (tmp_path / "new.mat").write_bytes(b"MATLAB 7.3 MAT-file, Platform" + content[30:])
    (tmp_path / "page.mat").write_bytes(b"<html>")
    (tmp_path / "none.mat").write_bytes(b"")
    for path, message in cases.items():
        assert message in blocks_fault(path, known)


def test_a_file_that_was_pinned_and_then_damaged_fails_its_samples_only(folder: Path) -> None:
    """Files are checked when they are handed over, so such a file is one of an older version of the check."""
    save(folder, "Noisy", blocks(1))
    save(folder, "Gt", blocks(2))
    fetched(folder)
    sample = load_set("mine").samples[0]
    place = sample.files["input"][0]
    with pytest.raises(ImageError, match="holds no array 'Other'; it holds Noisy"):
        type(place)(**{**vars(place), "variable": "Other#0,0"}).read_part()


def test_the_peak_is_white_even_for_a_block_that_is_nearly_black() -> None:
    """Some programs take a block whose maximum is 1 for one in 0..1, and score it with the peak 1."""
    target = np.zeros((12, 12, 3), dtype=np.uint8)
    target[0] = 1
    output = target.astype(np.float32) + 0.5
    assert scores([column("psnr@sidd")], Case(output, target)) == [
        pytest.approx(20 * np.log10(255 / 0.5))
    ]


@pytest.mark.usefixtures("mirror")
def test_a_real_pair_of_sidd_has_the_figure_of_a_plain_program() -> None:
    """The pair ships with DANet, in files that MATLAB wrote."""
    images = []
    for sha256, name in (
        ("512cfa4764dd9eee9a06ec43ae21e0f655204b772fc222d54f8fbd929f88b2e6", "im_noisy"),
        ("d7c1eff67b079a319621f765059073222dab8fbeb519390b3cd5c7a55e8faf9e", "im_gt"),
    ):
        url = f"https://raw.githubusercontent.com/zsyOAOA/DANet/{name}"
        file = RemoteFile(f"danet/{name}.mat", url, sha256, None)
        content = fetch([file])[file].read_bytes()
        assert mat5_types(content, name) == {name: ((256, 256, 3), "uint8")}
        images.append(mat5_array(content, name, name))
    psnr, ssim = scores([column("psnr@sidd"), column("ssim@sidd")], Case(images[0], images[1]))
    assert psnr == pytest.approx(16.14689225936636, abs=1e-12)
    assert ssim == pytest.approx(0.33104985546514, abs=1e-12)
