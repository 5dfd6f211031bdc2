"""Inpainting and harmonisation from files to records: polarity, compositing, figures inside the mask."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from iqabench.errors import IqabenchError, ModelError, SetError, UsageError
from iqabench.images import Image, write_image
from iqabench.metrics import column
from iqabench.models.core.card import Card
from iqabench.models.core.model import NetworkModel
from iqabench.models.core.restore_parts import restore_parts
from iqabench.models.hole_filling.network import HoleFilling
from iqabench.run import Options, evaluate, plan
from iqabench.run.scoring.score import score_folder
from iqabench.run.scoring.targets import targets_of_set
from iqabench.sets import load_set
from iqabench.sets.masks import binary_mask
from iqabench.store import Store

SIDE = 24


def photograph() -> Image:
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    return np.stack([5 * x + 40, 4 * y + 60, 90 + x + y], axis=2).astype(np.uint8)


def square(low: int = 8, high: int = 14) -> Image:
    mask = np.zeros((SIDE, SIDE, 1), np.uint8)
    mask[low:high, low:high] = 255
    return mask


def put(folder: Path, name: str, target: Image, source: Image, mask: Image) -> None:
    for role, image in (("target", target), ("input", source), ("mask", mask)):
        (folder / role).mkdir(parents=True, exist_ok=True)
        write_image(folder / role / f"{name}.png", image)


@pytest.fixture
def holes(tmp_path: Path) -> Path:
    """Return a folder with one sample that has a hole and one whose hole is empty."""
    folder = tmp_path / "holes"
    target, mask = photograph(), square()
    put(folder, "open", target, np.where(mask > 0, np.uint8(0), target), mask)
    put(folder, "shut", target, target, np.zeros_like(mask))
    return folder


def values_of(store: Path, sets: str, model: str, columns: list[str]) -> dict[tuple[str, str], str]:
    """Return the value or the error of each sample and column."""
    records = Store(store)
    evaluate(plan([model], [sets], columns), records, Options())
    rows = (
        records.connect().execute('SELECT sample, "column", value, error FROM records').fetchall()
    )
    return {(sample, name): error or f"{value:.4f}" for sample, name, value, error in rows}


def test_an_empty_hole_is_left_out_and_told(tmp_path: Path, holes: Path) -> None:
    columns = ["psnr@rgb", "psnr@rgb-mask", "mse@rgb-mask"]
    values = values_of(tmp_path / "r", f"{holes}@inpaint", "telea", columns)
    assert values["shut", "psnr@rgb"] == "inf"
    assert values["shut", "psnr@rgb-mask"].startswith("the mask is empty")
    assert float(values["open", "psnr@rgb-mask"]) < float(values["open", "psnr@rgb"])


def test_the_whole_figure_is_that_of_the_hole_by_its_area(tmp_path: Path, holes: Path) -> None:
    """Known pixels are those of the input, bit for bit, so that all error lies in the hole."""
    values = values_of(
        tmp_path / "r", f"{holes}@inpaint", "navier_stokes", ["mse@rgb", "mse@rgb-mask"]
    )
    inside, whole = (float(values["open", f"mse@{name}"]) for name in ("rgb-mask", "rgb"))
    assert whole == pytest.approx(inside * 36 / SIDE**2, abs=1e-3)


def test_existing_outputs_are_completed_by_the_input(tmp_path: Path, holes: Path) -> None:
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    for name in ("open", "shut"):
        write_image(outputs / f"{name}.png", np.full((SIDE, SIDE, 3), 100, np.uint8))
    store = Store(tmp_path / "r")
    score_folder(outputs, targets_of_set(f"{holes}@inpaint", None), store, ["mae@rgb"])
    rows = store.connect().execute("SELECT sample, value FROM records").fetchall()
    expected = np.abs(photograph()[8:14, 8:14].astype(int) - 100).mean() * 36 / SIDE**2
    assert dict(rows) == {"open": pytest.approx(expected), "shut": 0}


def test_a_model_of_known_pixels_gets_the_mask_turned_around() -> None:
    image, mask = photograph()[None], square()[None]
    seen = {}
    sides: tuple[Literal["inside", "outside"], ...] = ("inside", "outside")
    for white in sides:
        card = Card.model_validate(
            {
                "id": "seen",
                "family": "f",
                "title": "t",
                "task": "inpaint",
                "channels": "any",
                "range": 1,
                "takes": {"input": {}, "mask": {"white": white}},
            }
        )
        model = NetworkModel(card, HoleFilling("telea"), "none")
        model.module.forward = lambda input, mask: mask + 0 * input  # noqa: A006
        seen[white] = restore_parts(model, {"input": image, "mask": mask}).parts["output"]
    assert np.array_equal(seen["inside"], 255 - seen["outside"])
    assert seen["inside"].max() == 255


@pytest.mark.parametrize("high", [1, 255])
def test_masks_of_two_values_are_0_and_255(high: int) -> None:
    mask = (square() // 255 * high)[None]
    assert np.array_equal(binary_mask(mask, "m"), square()[None])
    assert np.array_equal(binary_mask(mask, "m", "outside"), 255 - square()[None])


def bad_mask(kind: str) -> Image:
    mask = square()
    if kind == "soft":
        mask[0, 0] = 128
    return {"small": mask[:12], "inverted": 255 - mask, "coloured": np.dstack([mask, mask, 0 * mask])}.get(
        kind, mask
    )  # fmt: off


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("soft", r"mask of 'a' is not binary: 1 of 576 pixels are neither 0 nor 255, such as 128"),
        ("small", r"mask of 'a' is 24x12; expected 24x24"),
        ("inverted", r"marks pixels that are known.*invert the mask"),
        ("coloured", r"has 3 channels that differ; expected a grey image"),
    ],
)
def test_a_wrong_mask_is_refused_with_what_to_do(tmp_path: Path, kind: str, message: str) -> None:
    target = photograph()
    source = np.where(square() > 0, np.uint8(0), target)
    put(tmp_path / "s", "a", target, source, bad_mask(kind))
    [sample] = load_set(f"{tmp_path / 's'}@inpaint").samples
    with pytest.raises(SetError, match=message):
        sample.load()


def test_a_metric_of_surroundings_has_no_value_inside_a_mask() -> None:
    with pytest.raises(
        UsageError, match=r"ssim looks at the surroundings.*mae, mae_unit, mse, psnr, rmse"
    ):
        column("ssim@rgb-mask")


def test_a_sample_without_a_mask_has_no_figure_inside_it() -> None:
    image = photograph()
    with pytest.raises(IqabenchError, match=r"inside a mask, and the sample has none"):
        column("psnr@rgb-mask")(image, image)


def test_a_model_that_fills_holes_is_not_for_foregrounds(holes: Path, tmp_path: Path) -> None:
    del tmp_path
    with pytest.raises(ModelError, match=r"'telea' is for inpainting.*set for harmonisation"):
        plan(["telea"], [f"{holes}@harmonise"], [])


def test_colours_of_the_background_are_given_to_the_foreground(tmp_path: Path) -> None:
    target = np.full((SIDE, SIDE, 3), 120, np.uint8)
    target[::2] = 130
    mask = square()
    source = np.where(mask > 0, target // 2, target)
    put(tmp_path / "s", "a", target, source, mask)
    sets = f"{tmp_path / 's'}@harmonise"
    before = values_of(tmp_path / "r1", sets, "composite", ["mse@rgb-mask"])
    after = values_of(tmp_path / "r2", sets, "colour_transfer", ["mse@rgb-mask"])
    assert float(before["a", "mse@rgb-mask"]) > 3000
    assert float(after["a", "mse@rgb-mask"]) < 10
