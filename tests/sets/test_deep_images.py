"""Images of 16 bits: DPDD in both layouts, folders, and what is refused."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from iqabench.cli.main import cli
from iqabench.errors import ImageError, ModelError, SetError
from iqabench.images import Case
from iqabench.metrics.core.column import scores
from iqabench.metrics.core.spelling import column
from iqabench.models.loaders.command import load_command
from iqabench.sets import load_set
from iqabench.sets.catalogue import catalogue_file
from iqabench.store import Store

from .conftest import Shelf

SOURCES = ("1P0A0917", "1P0A0984", "1P0A1002")
TARGETS = ("1P0A0916", "1P0A0985", "1P0A1001")
"""Names as DPDD's own lists have them: a target comes one before or one behind its source."""


def deep(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, (18, 24, 3), dtype=np.uint16)


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels[:, :, ::-1])
    return path


def declared(name: str) -> str:
    """Return the declaration of a set with three small images instead of its own."""
    entries = catalogue_file().read_text().split("\n- name: ")
    text = next(entry for entry in entries if entry.startswith(f"{name}\n"))
    text = text.replace("size: 76", "size: 3").replace("[1680x1120, 1120x1680]", "[24x18]")
    return f"- name: {text}\n"


@pytest.fixture
def folder(shelf: Shelf) -> Path:
    """Return an empty folder for files of DPDD, declared with three small images."""
    shelf.declare(declared("dpdd") + declared("dpdd-dual"))
    return shelf.folder / "unpacked"


def fill(folder: Path, layout: str) -> None:
    for number, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True)):
        views = {"input": source, "target": target, "left": source, "right": source}
        for seed, (role, name) in enumerate(views.items()):
            save(folder / PLACES[layout][role] / f"{name}.png", deep(10 * number + seed))


PLACES = {
    "official": {
        "input": "test_c/source",
        "target": "test_c/target",
        "left": "test_l/source",
        "right": "test_r/source",
    },
    "Restormer": {
        "input": "test/DPDD/inputC",
        "target": "test/DPDD/target",
        "left": "test/DPDD/inputL",
        "right": "test/DPDD/inputR",
    },
}


def call(*words: object) -> str:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    return result.output if result.exit_code == 0 else f"{result.output}{result.exception}"


def stored(folder: Path) -> dict[tuple[str, str], tuple[float, str]]:
    """Return the value and the error of each record, by sample and column."""
    with Store(folder).connect() as connection:
        rows = connection.sql('SELECT sample, "column", value, error FROM records').fetchall()
    return {(sample, name): (value, error) for sample, name, value, error in rows}


@pytest.mark.parametrize("layout", PLACES)
def test_both_layouts_are_paired_by_order_and_read_as_floats(folder: Path, layout: str) -> None:
    fill(folder, layout)
    assert "adopted 3 samples in 12 files" in call("fetch", "dpdd-dual", "--from", folder)
    sample = load_set("dpdd-dual").samples[1]
    assert sample.name == "1P0A0985"
    parts = sample.load().parts
    for seed, role in enumerate(("input", "target", "left", "right")):
        assert np.array_equal(parts[role][0], deep(10 + seed) / 257)


def test_the_set_is_run_scored_and_never_rounded(folder: Path, tmp_path: Path) -> None:
    fill(folder, "official")
    call("fetch", "dpdd", "--from", folder)
    store = tmp_path / "store"
    call("run", "--model", "identity", "--set", "dpdd", "--column", "psnr", "--column", "mae_unit",
         "--column", "ssim@rgb", "--store", store)  # fmt: skip
    records = stored(store)
    x, y = deep(10) / 65535, deep(11) / 65535
    assert records["1P0A0985", "psnr@dpdd"][0] == pytest.approx(
        -10 * np.log10(np.mean((x - y) ** 2))
    )
    assert records["1P0A0985", "mae_unit@dpdd"][0] == pytest.approx(np.mean(np.abs(x - y)))
    reason = records["1P0A0985", "ssim@rgb"][1]
    assert "protocol 'rgb' compares images of 8 bits, and this target has 16" in reason
    out = tmp_path / "out"
    for number, name in enumerate(TARGETS):
        save(out / f"{name}.png", deep(10 * number))
    call("score", out, "--set", "dpdd", "--column", "psnr@dpdd", "--store", tmp_path / "scored")
    value = stored(tmp_path / "scored")["1P0A0985", "psnr@dpdd"][0]
    assert value == pytest.approx(records["1P0A0985", "psnr@dpdd"][0])


def test_files_that_were_cut_to_8_bits_and_a_missing_view_are_refused(folder: Path) -> None:
    fill(folder, "official")
    (folder / "test_l/source/1P0A0984.png").unlink()
    said = call("fetch", "dpdd-dual", "--from", folder)
    assert "as many files of each part, which belong together by order" in said
    assert "left 2" in said
    save(folder / "test_c/source/1P0A0984.png", (deep(10) >> 8).astype(np.uint8))
    assert "has 8 bits a channel, expected 16" in call("fetch", "dpdd", "--from", folder)


def test_a_folder_of_dual_pixels_tells_its_kind(tmp_path: Path) -> None:
    fill(tmp_path, "Restormer")
    for name, other in zip(TARGETS, SOURCES, strict=True):
        place = tmp_path / "test/DPDD/target" / f"{name}.png"
        place.rename(place.with_name(f"{other}.png"))
    images = load_set(str(tmp_path / "test/DPDD"))
    assert (images.task, images.protocol) == ("defocus", "dpdd")
    parts = images.samples[0].load().parts
    assert sorted(parts) == ["input", "left", "right", "target"]
    assert np.array_equal(parts["left"][0], deep(2) / 257)


def test_a_folder_may_have_16_bits_but_not_8_beside_16(tmp_path: Path) -> None:
    save(tmp_path / "input/a.png", deep(0))
    save(tmp_path / "target/a.png", (deep(1) >> 8).astype(np.uint8))
    (sample,) = load_set(f"{tmp_path}@low_light").samples
    with pytest.raises(SetError, match="differ in bits a channel: the input 16, the target 8"):
        sample.load()
    save(tmp_path / "target/a.png", deep(1))
    assert np.array_equal(sample.load().parts["target"][0], deep(1) / 257)


def test_a_command_is_not_given_a_copy_that_was_cut(tmp_path: Path) -> None:
    save(tmp_path / "input/a.png", deep(0))
    (sample,) = load_set(f"{tmp_path}@deblur").samples
    model = load_command("cmd:cp {input} {output}", 1)
    batch = sample.load().input.transpose(2, 0, 1)[None]
    torch = pytest.importorskip("torch")
    with pytest.raises(ModelError, match="'cp' reads PNG files of 8 bits, and this image has more"):
        model.forward(torch.from_numpy(batch.copy()))


def test_outputs_of_16_bits_are_compared_only_by_protocols_that_take_them() -> None:
    case = Case(deep(0), deep(1) / 257)
    x, y = deep(0) / 65535, deep(1) / 65535
    (value,) = scores([column("psnr@dpdd")], case)
    assert value == pytest.approx(-10 * np.log10(np.mean((x - y) ** 2)))
    with pytest.raises(ImageError, match="protocol 'lol' compares images of 8 bits"):
        scores([column("psnr@lol")], case)
