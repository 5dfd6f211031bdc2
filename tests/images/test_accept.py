"""Images of callers: numpy, PIL and torch."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.errors import ImageError
from iqabench.images import as_image

COLOUR: NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
GREY = COLOUR[:, :, :1]
TENSOR = torch.from_numpy(COLOUR.transpose(2, 0, 1).copy())


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (COLOUR, COLOUR),
        (GREY, GREY),
        (GREY[:, :, 0], GREY),
        (PillowImage.fromarray(COLOUR), COLOUR),
        (PillowImage.fromarray(GREY[:, :, 0]), GREY),
        (TENSOR, COLOUR),
        (TENSOR[None], COLOUR),
        (TENSOR[:1], GREY),
    ],
)
def test_8_bits_stay_as_they_are(thing: Any, expected: NDArray[np.uint8]) -> None:
    image = as_image(thing)
    assert image.dtype == np.uint8
    assert np.array_equal(image, expected)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_floats_in_0_to_1_become_levels(kind: torch.dtype) -> None:
    image = as_image((TENSOR.to(kind) / 255).requires_grad_())
    assert image == pytest.approx(COLOUR, abs=2e-5)
    assert image.shape == (5, 6, 3)


def test_half_precision_is_taken() -> None:
    assert as_image(torch.full((3, 2, 2), 0.5, dtype=torch.bfloat16)).max() == 127.5


def test_an_overshoot_is_left_to_the_protocol() -> None:
    image = as_image(torch.tensor([[[-0.1, 1.2]]], dtype=torch.float64))
    assert image.ravel().tolist() == pytest.approx([-25.5, 306.0])


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (COLOUR / 255, "a numpy array of float64; expected uint8"),
        (COLOUR.astype(np.uint16), "a numpy array of uint16; expected uint8"),
        (COLOUR[:, :, :2], r"an array of shape \(5, 6, 2\)"),
        (COLOUR[None], r"an array of shape \(1, 5, 6, 3\)"),
        (COLOUR[:0], r"an array of shape \(0, 6, 3\)"),
        (PillowImage.fromarray(COLOUR).convert("CMYK"), "a PIL image of mode CMYK; expected L"),
        (PillowImage.fromarray(COLOUR).convert("RGBA"), "a PIL image of mode RGBA"),
        (TENSOR.float(), "expected \\[0, 1\\]"),
        (torch.full((3, 2, 2), torch.nan), "NaN"),
        (torch.full((3, 2, 2), torch.inf), "infinite"),
        (TENSOR.permute(1, 2, 0), r"a torch tensor of shape \(5, 6, 3\)"),
        (TENSOR.expand(2, 3, 5, 6), r"a torch tensor of shape \(2, 3, 5, 6\)"),
        (torch.zeros(3, 0, 6), r"shape \(3, 0, 6\)"),
        ("baby.png", "a str; expected a numpy array"),
        (None, "a NoneType; expected"),
        (COLOUR.tolist(), "a list; expected"),
    ],
)
def test_anything_else_is_refused(thing: Any, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        as_image(thing)
