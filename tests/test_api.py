"""The Python interface takes what people hold and gives what the command line gives."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

import iqabench
from iqabench.errors import ImageError, UnknownNameError, UsageError
from iqabench.images import write_image

RNG = np.random.default_rng(0)
TARGET = RNG.integers(0, 256, (40, 48, 3), dtype=np.uint8)
OUTPUT = np.clip(TARGET.astype(int) + 3, 0, 255).astype(np.uint8)


def torch_of(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image.transpose(2, 0, 1).astype(np.float32) / 255)


def test_a_metric_takes_numpy_pil_and_torch() -> None:
    psnr = iqabench.metric("psnr@sr-y")
    expected = psnr(OUTPUT, TARGET, scale=4)
    assert psnr(PillowImage.fromarray(OUTPUT), torch_of(TARGET), scale=4) == expected
    assert psnr(torch_of(OUTPUT)[None], PillowImage.fromarray(TARGET), scale=4) == expected
    assert psnr(TARGET, TARGET) == math.inf


def test_a_bare_metric_compares_rgb() -> None:
    error = np.mean((OUTPUT.astype(float) - TARGET) ** 2)
    assert iqabench.metric("psnr")(OUTPUT, TARGET) == pytest.approx(10 * math.log10(255**2 / error))


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (TARGET.astype(np.float64), "expected uint8"),
        (TARGET[:, :, :2], "expected \\(H, W\\)"),
        (torch_of(TARGET) * 255, "expected \\[0, 1\\]"),
        (torch_of(TARGET) * math.nan, "NaN"),
        ("baby.png", "a str"),
        (TARGET[:20], "never resized"),
    ],
)
def test_other_things_are_refused(output: object, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        iqabench.metric("psnr")(output, TARGET)


def test_evaluate_gives_a_frame(in_tmp: Path) -> None:
    frame = iqabench.evaluate(["bicubic", "nearest"], "demo", scale=2, columns=["psnr"])
    assert list(frame["model"]) == ["bicubic", "nearest"]
    assert frame["value"].is_monotonic_decreasing
    single = iqabench.evaluate("bicubic", "demo", scale=2, columns=["psnr"], per_image=True)
    assert single["value"].mean() == pytest.approx(frame["value"][0])
    with pytest.raises(UnknownNameError):
        iqabench.evaluate("bicubc", "demo")


def test_score_takes_images_and_folders(in_tmp: Path) -> None:
    frame = iqabench.score([OUTPUT, TARGET], [TARGET, TARGET], ["psnr", "ssim"])
    assert list(frame["value"]) == [math.inf, pytest.approx(1, abs=0.01)]
    assert list(frame["failed"]) == [0, 0]
    single = iqabench.score(OUTPUT, TARGET, ["psnr@sr-y"], scale=4, per_image=True)
    assert single["value"][0] == iqabench.metric("psnr@sr-y")(OUTPUT, TARGET, scale=4)
    write_image(Path("o/a.png"), OUTPUT)
    write_image(Path("t/a.png"), TARGET)
    by_folder = iqabench.score("o", "t", ["psnr@sr-y"], scale=4)
    assert by_folder["value"][0] == single["value"][0]
    with pytest.raises(UsageError, match="2 outputs and 1 targets"):
        iqabench.score([OUTPUT, OUTPUT], [TARGET], ["psnr"])


def test_a_failed_image_counts_and_is_never_averaged() -> None:
    frame = iqabench.score([OUTPUT, OUTPUT[:20]], [TARGET, TARGET], ["psnr@rgb"])
    assert (frame["n"][0], frame["failed"][0]) == (1, 1)
    assert frame["value"][0] == iqabench.metric("psnr@rgb")(OUTPUT, TARGET)


def test_models_and_sets_load_by_name() -> None:
    assert iqabench.load_model("pocket").card.scale == 4
    assert len(iqabench.load_set("demo", scale=4)) == 5
