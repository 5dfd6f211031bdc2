"""Interpolation: the rule of rounding, and the first row of every table."""

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from iqabench.degradations.bicubic import bicubic, imresize
from iqabench.images import Image, Pair, luma, quantise, read_image, view
from iqabench.models.interpolation.network import Interpolation
from iqabench.protocols import protocol

PAIRS = Path(__file__).parents[1] / "degradations" / "pairs.csv"


def noisy(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(2).integers(0, 256, shape, dtype=np.uint8)


def enlarged(image: Image, scale: int, dtype: torch.dtype = torch.float32) -> Image:
    x = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].to(dtype)
    out: torch.Tensor = Interpolation(scale)(x)
    assert out.dtype == dtype
    return out[0].permute(1, 2, 0).double().numpy()


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_8_bit_images_are_rounded_after_each_pass(scale: int) -> None:
    image = noisy(9, 11, 3)
    assert np.array_equal(enlarged(image, scale), imresize(image, scale))


def test_other_images_are_not_rounded() -> None:
    image = noisy(9, 11, 1) + 0.25
    for sign in (1, -1):
        expected = pytest.approx(imresize(sign * image, 4), abs=1e-10)
        assert enlarged(sign * image, 4, torch.float64) == expected


def test_a_batch_is_its_images() -> None:
    whole, broken = noisy(2, 9, 11, 3)
    images = torch.from_numpy(np.stack([whole, broken + 0.25])).permute(0, 3, 1, 2)
    together = Interpolation(3)(images)
    singles = torch.cat([Interpolation(3)(x[None]) for x in images])
    torch.testing.assert_close(together, singles, rtol=0, atol=1e-10)


def samples(mirror: str, name: str, scale: int) -> Iterator[tuple[str, Image, Image]]:
    with PAIRS.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if (r["set"], int(r["scale"])) == (name, scale)]
    assert rows
    for row in rows:
        roles = ("target_sha256", "input_sha256")
        target, source = (read_image(mirrored(mirror, row[role])) for role in roles)
        yield row["sample"], target, source


def mirrored(mirror: str, sha256: str) -> Path:
    for root in mirror.split(os.pathsep):
        path = Path(root, "sha256", sha256[:2], sha256)
        if path.is_file():
            return path
    pytest.skip(f"NO FILE: the mirror lacks {sha256}")


def psnr(pair: Pair) -> float:
    error = pair.output.astype(np.float64) - pair.target
    return float(10 * np.log10(255**2 / np.mean(error**2)))


def ssim(pair: Pair) -> float:
    measure: Callable[..., float] = structural_similarity
    return measure(
        pair.output[:, :, 0].astype(np.float64),
        pair.target[:, :, 0].astype(np.float64),
        data_range=255,
        gaussian_weights=True,
        use_sample_covariance=False,
    )


@pytest.mark.parametrize(
    ("name", "scale", "expected"),
    [
        ("set5", 2, 33.6734),
        ("set5", 3, 30.4033),
        ("set5", 4, 28.4290),
        ("set14", 2, 30.3246),
        ("set14", 3, 27.6311),
        ("set14", 4, 26.0884),
    ],
)
def test_sr_y(mirror: str, name: str, scale: int, expected: float) -> None:
    """The literature's path: 33.67, 30.40, 28.43 and 30.32, 27.63, 26.09 dB."""
    pairs = [
        view(protocol("sr-y"), enlarged(source, scale), target, scale)
        for _, target, source in samples(mirror, name, scale)
    ]
    assert np.mean([psnr(pair) for pair in pairs]) == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize(
    ("name", "scale", "expected"),
    [
        ("set5", 2, (33.6614, 0.9299)),
        ("set5", 3, (30.3922, 0.8682)),
        ("set5", 4, (28.4207, 0.8104)),
        ("set14", 2, (30.2318, 0.8687)),
        ("set14", 3, (27.5405, 0.7736)),
        ("set14", 4, (26.0001, 0.7019)),
    ],
)
def test_bicubic_2014(mirror: str, name: str, scale: int, expected: tuple[float, float]) -> None:
    """The 'Bicubic' row of the tables. One file of Set14, bridge, is grey in the original set."""
    pairs = []
    for sample, image, _ in samples(mirror, name, scale):
        grey = sample == "bridge"
        target = image[:, :, :1] if grey else quantise(luma(image, dtype=np.float64))
        source = bicubic(target.astype(np.float64), scale=scale)
        output = enlarged(source, scale, torch.float64)
        pairs.append(view(protocol("bicubic-2014"), output, target, scale))
    assert np.mean([psnr(p) for p in pairs]) == pytest.approx(expected[0], abs=6e-5)
    assert np.mean([ssim(p) for p in pairs]) == pytest.approx(expected[1], abs=6e-5)
