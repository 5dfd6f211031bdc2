"""MATLAB's imresize: by hand, against other implementations, and against the field's own files."""

import csv
import hashlib
import os
from math import ceil
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.degradations.bicubic import bicubic, imresize
from iqabench.errors import ImageError, UsageError
from iqabench.images import read_image
from iqabench.images.resampling import Edge, Kernel

PAIRS = list(csv.DictReader(Path(__file__).with_name("pairs.csv").read_text().splitlines()))
HALF = np.array([-3, -9, 29, 111, 111, 29, -9, -3]) / 256
"""The taps of cubic at 1/2, by hand: Keys at 1.75, 1.25, .75, .25, each times 1/2."""


def noisy(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def rounded(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)


def test_taps_of_one_half_by_hand() -> None:
    column = noisy(16, 1).astype(np.float64)
    out = imresize(column, (0.5, 1.0))
    for i in range(2, 6):  # away from the edge: output i mixes rows 2i-3 .. 2i+4
        assert out[i, 0] == HALF @ column[2 * i - 3 : 2 * i + 5, 0]


@pytest.mark.parametrize(("edge", "outside"), [("mirror", [2, 1, 0]), ("clamp", [0, 0, 0])])
def test_edge_rules_by_hand(edge: Edge, outside: list[int]) -> None:
    column = noisy(8, 1).astype(np.float64)
    rows = [*outside, 0, 1, 2, 3, 4]
    assert imresize(column, (0.5, 1.0), edge=edge)[0, 0] == HALF @ column[rows, 0]
    last = [7 - row for row in reversed(rows)]
    assert imresize(column, (0.5, 1.0), edge=edge)[-1, 0] == HALF @ column[last, 0]


def test_halves_are_rounded_up_and_overshoot_is_clipped() -> None:
    column = np.zeros((16, 1), np.uint8)
    column[6] = 128  # times 111/256: exactly 55.5
    assert imresize(column, (0.5, 1.0))[3, 0] == 56
    step = np.repeat(np.array([[0], [255]], np.uint8), 8, axis=0)
    assert imresize(step.astype(float), (0.5, 1.0)).min() < 0
    assert (
        imresize(step, (0.5, 1.0)).tolist()
        == rounded(imresize(step.astype(float), (0.5, 1.0))).tolist()
    )


def test_each_pass_is_rounded_in_8_bit_and_none_in_float() -> None:
    image = noisy(40, 48, 3)
    step = imresize(image, (0.25, 1.0))
    assert np.array_equal(imresize(image, 0.25), imresize(step, (1.0, 0.25)))
    once = rounded(imresize(image.astype(np.float64), 0.25))
    changed = np.abs(imresize(image, 0.25).astype(int) - once)
    assert changed.max() == 1
    assert 0.05 < changed.mean() < 0.25


@pytest.mark.parametrize(
    ("scale", "first", "second"),
    [
        ((0.5, 0.25), (1.0, 0.25), (0.5, 1.0)),
        ((0.25, 0.5), (0.25, 1.0), (1.0, 0.5)),
        ((2.0, 0.5), (1.0, 0.5), (2.0, 1.0)),
        ((0.5, 0.5), (0.5, 1.0), (1.0, 0.5)),
    ],
)
def test_the_smaller_scale_comes_first_and_ties_begin_with_the_rows(
    scale: tuple[float, float], first: tuple[float, float], second: tuple[float, float]
) -> None:
    image = noisy(64, 64, 3)
    out = imresize(image, scale)
    assert np.array_equal(out, imresize(imresize(image, first), second))
    assert not np.array_equal(out, imresize(imresize(image, second), first))


def keys(x: float) -> float:
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0


def lanczos(x: float) -> float:
    return float(np.sinc(x) * np.sinc(x / 3)) if abs(x) < 3 else 0.0


def box(x: float) -> float:
    return float(-0.5 <= x < 0.5)


def resized_by_definition(
    values: NDArray[np.float64], scale: float, kernel: Kernel, edge: Edge
) -> list[float]:
    """Return outputs that sum over all of a line that is continued far beyond both ends."""
    function, stretches = {
        "cubic": (keys, True),
        "lanczos3": (lanczos, True),
        "nearest": (box, False),
    }[kernel]
    s = min(scale, 1.0) if stretches else 1.0
    n = len(values)
    far = range(-5 * n, 6 * n)
    mirrored = np.pad(values, 5 * n, mode="symmetric")
    line = mirrored if edge == "mirror" else np.pad(values, 5 * n, mode="edge")
    out = []
    for i in range(ceil(scale * n)):
        centre = (i + 0.5) / scale - 0.5
        weights = np.array([function(s * (centre - j)) for j in far])
        out.append(float(weights @ line / weights.sum()))
    return out


@pytest.mark.parametrize("edge", ["mirror", "clamp"])
@pytest.mark.parametrize("kernel", ["cubic", "lanczos3", "nearest"])
@pytest.mark.parametrize("scale", [1 / 8, 1 / 3, 0.25, 0.6, 1.0, 1.7, 2.0, 3.0, 8.0])
@pytest.mark.parametrize("length", [7, 41])
def test_the_definition_sample_by_sample(
    length: int, scale: float, kernel: Kernel, edge: Edge
) -> None:
    values = noisy(length, 1).astype(np.float64)
    expected = resized_by_definition(values[:, 0], scale, kernel, edge)
    out = imresize(values, (scale, 1.0), kernel=kernel, edge=edge)
    assert out[:, 0] == pytest.approx(expected, abs=1e-9)
    across = imresize(values.T, (1.0, scale), kernel=kernel, edge=edge)
    assert np.array_equal(across.T, out)


@pytest.mark.parametrize("scale", [0.25, 1 / 3, 3.0])
def test_torch_agrees_away_from_the_edge(scale: float) -> None:
    image = noisy(96, 72).astype(np.float64)
    out = imresize(image, scale)
    other = torch.nn.functional.interpolate(
        torch.from_numpy(image)[None, None], size=out.shape, mode="bicubic", antialias=True
    )
    border = ceil(4 * max(scale, 1.0))
    inner = (slice(border, -border), slice(border, -border))
    assert out[inner] == pytest.approx(other.numpy()[0, 0][inner], abs=1e-9)


def test_pillow_agrees_on_lanczos_away_from_the_edge() -> None:
    image = noisy(96, 72).astype(np.float32)
    out = imresize(image, 0.25, kernel="lanczos3")
    other = np.asarray(
        PillowImage.fromarray(image).resize((18, 24), PillowImage.Resampling.LANCZOS)
    )
    assert out[4:-4, 4:-4] == pytest.approx(other[4:-4, 4:-4], abs=1e-3)


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_nearest_repeats_pixels(scale: int) -> None:
    image = noisy(5, 6, 3)
    expected = image.repeat(scale, axis=0).repeat(scale, axis=1)
    assert np.array_equal(imresize(image, scale, kernel="nearest"), expected)


def test_layouts_and_types() -> None:
    image = noisy(12, 20, 3)
    out = imresize(image, 0.5)
    assert out.dtype == np.uint8
    assert out.shape == (6, 10, 3)
    assert np.array_equal(imresize(image[:, :, 1], 0.5), out[:, :, 1])
    assert np.array_equal(imresize(image[:, :, 1:2], 0.5), out[:, :, 1:2])
    assert np.array_equal(imresize(np.concatenate([image, image], 2), 0.5)[:, :, 3:], out)
    assert np.array_equal(imresize(image[:, ::-1][:, ::-1], 0.5), out)
    assert imresize(image.astype(np.float32), 0.5).dtype == np.float64
    assert imresize(image, 1 / 3).shape == (4, 7, 3)
    assert imresize(image[:1, :1], 4).shape == (4, 4, 3)


def test_bad_requests_are_explained() -> None:
    image = noisy(8, 8, 3)
    with pytest.raises(ImageError, match=r"uint16.*expected uint8"):
        imresize(image.astype(np.uint16), 0.5)
    with pytest.raises(ImageError, match=r"\(0, 8, 3\).*expected"):
        imresize(image[:0], 0.5)
    for scale in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="expected a scale above 0"):
            imresize(image, scale)
    for scale in (0, 0.5, -2, float("nan"), float("inf")):
        with pytest.raises(UsageError, match=f"bicubic was given the scale {scale}; expected 1 or"):
            bicubic(image, scale=scale)
    with pytest.raises(UsageError, match=r"'bilinear'.*cubic, lanczos3, nearest"):
        imresize(image, 2, kernel="bilinear")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"'wrap'.*mirror or clamp"):
        imresize(image, 2, edge="wrap")  # type: ignore[arg-type]


def mirrored(mirror: str, sha256: str) -> Path:
    for root in mirror.split(os.pathsep):
        path = Path(root, "sha256", sha256[:2], sha256)
        if path.is_file():
            return path
    pytest.skip(f"NO FILE: the mirror lacks {sha256}")


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
@pytest.mark.parametrize("name", ["set5", "set14"])
def test_inputs_of_the_field_to_the_pixel(mirror: str, name: str, scale: int) -> None:
    """Every published input, made again: 0 pixels differ. Mirror: SAN; clamp: RCAN."""
    rows = [r for r in PAIRS if r["set"] == name and int(r["scale"]) == scale]
    assert len(rows) == {"set5": 5, "set14": 14}[name]
    for row in rows:
        target = read_image(mirrored(mirror, row["target_sha256"]))
        published = read_image(mirrored(mirror, row["input_sha256"]))
        made = bicubic(target, scale=scale)
        assert np.count_nonzero(made != published) == 0, row["sample"]
        if row["clamped_pixels_sha256"]:
            clamped = np.ascontiguousarray(bicubic(target, scale=scale, edge="clamp"))
            found = hashlib.sha256(clamped.tobytes()).hexdigest()
            assert found == row["clamped_pixels_sha256"], row["sample"]
