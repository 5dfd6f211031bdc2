"""Images of callers: numpy, PIL and torch."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.errors import ImageError, UsageError
from iqabench.images import OVERSHOOT, as_image, read_image

COLOUR: NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
GREY = COLOUR[:, :, :1]
TENSOR = torch.from_numpy(COLOUR.transpose(2, 0, 1).copy())
UNIT = TENSOR.double() / 255


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
    image = as_image(TENSOR.to(kind) / 255)
    assert image == pytest.approx(COLOUR, abs=2e-5)
    assert image.shape == (5, 6, 3)


def test_half_precision_is_taken() -> None:
    assert as_image(torch.full((3, 2, 2), 0.5, dtype=torch.bfloat16)).max() == 127.5


def test_a_gradient_is_told_of() -> None:
    with pytest.warns(UserWarning, match=r"output.detach\(\) for the number; as a loss take torch"):
        as_image(UNIT.clone().requires_grad_())


def test_an_overshoot_of_outputs_is_left_to_the_protocol() -> None:
    image = as_image(torch.tensor([[[-0.04, 1.05]]], dtype=torch.float64))
    assert image.ravel().tolist() == pytest.approx([-10.2, 267.75])
    few = torch.full((1, 20, 20), 0.5, dtype=torch.float64)
    few[0, 0, :4] = -OVERSHOOT.limit
    assert as_image(few).min() == pytest.approx(-255 * OVERSHOOT.limit)
    few[0, 0, :5] = -OVERSHOOT.limit
    with pytest.raises(ImageError, match=r"the output.*from -0.25 to 0.5; expected 0 to 1"):
        as_image(few)


@pytest.mark.parametrize("excess", [-0.26, 1.26])
def test_more_than_an_overshoot_is_refused(excess: float) -> None:
    few = torch.full((1, 20, 20), 0.5)
    few[0, 0, 0] = excess
    with pytest.raises(
        ImageError, match=r"expected 0 to 1 \(an output may be 5% of that beyond, and 25% in 1%"
    ):
        as_image(few)


@pytest.mark.parametrize("excess", [-0.001, 1.001])
def test_a_target_never_leaves_its_range(excess: float) -> None:
    few = torch.full((1, 2, 2), 0.5)
    few[0, 0, 0] = 1 + 1e-6  # rounding of floats
    assert as_image(few, "target").max() == pytest.approx(255, abs=1e-3)
    few[0, 0, 0] = excess
    with pytest.raises(ImageError, match="the target, a torch tensor of float32, has values from"):
        as_image(few, "target")


@pytest.mark.parametrize(
    ("thing", "data_range"),
    [
        (COLOUR / 255, 1),
        (COLOUR.astype(np.float16), 255),
        (COLOUR / 127.5 - 1, (-1, 1)),
        (COLOUR.astype(np.int64), 255),
        (COLOUR.astype(">u2") * 257, 65535.0),
        (UNIT * 2 - 1, (-1, 1)),
        (UNIT, (0, 1)),
        (TENSOR.float(), np.float32(255)),
        (TENSOR.int(), 255),
        (COLOUR, 255),
        (COLOUR, 1),
        (TENSOR, [-1, 1]),
        (UNIT * 2 - 1, np.array([-1, 1])),
        (PillowImage.fromarray(COLOUR), 1),
    ],
)
def test_a_declared_range(thing: Any, data_range: Any) -> None:
    """Images of 8 bits are 0..255 whatever is declared for the other one of a pair."""
    assert as_image(thing, "target", data_range) == pytest.approx(COLOUR, abs=1e-9)


def test_levels_stay_exact_under_a_declared_range() -> None:
    halves = COLOUR + 0.5
    halves[halves > 255] = 255
    assert np.array_equal(as_image(halves, "target", 255), halves)


@pytest.mark.parametrize(
    "data_range", [0, -1, (1, 1), (1, -1), (0, 1, 2), "255", True, np.nan, (0, np.inf), (), 1j]
)
def test_a_range_that_is_none(data_range: Any) -> None:
    with pytest.raises(UsageError, match=r"data_range is .*; expected the value of white"):
        as_image(COLOUR, "output", data_range)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA"])
def test_pil_modes_give_what_their_files_give(mode: str, tmp_path: Path) -> None:
    image = PillowImage.fromarray(COLOUR).convert("P" if mode == "PA" else mode).convert(mode)
    path = tmp_path / "a.png"
    (image.convert("P") if mode == "PA" else image).save(path)
    assert np.array_equal(as_image(image), read_image(path))


def test_what_is_no_image_of_8_bits_in_memory_order() -> None:
    turned = np.asfortranarray(COLOUR)[::-1, ::-2]
    image = as_image(turned)
    assert image.flags.c_contiguous
    assert np.array_equal(image, COLOUR[::-1, ::-2])
    assert np.array_equal(as_image(TENSOR.transpose(1, 2)), COLOUR.transpose(1, 0, 2))


CLEAR = PillowImage.fromarray(np.full((5, 6, 4), 128, np.uint8))
with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # torch calls them deprecated
    QUANTISED = torch.quantize_per_tensor(torch.zeros(3, 4, 4), 0.1, 0, torch.quint8)


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (COLOUR / 255, r"float64; expected uint8. Its values are .* pass data_range=1\."),
        (COLOUR / 127.5 - 1, r"expected uint8. .* \[-1, 1\]: pass data_range=\(-1, 1\)"),
        (COLOUR.astype(np.float32), "expected uint8. .* 8-bit levels: pass data_range=255"),
        (COLOUR.astype(np.uint16) * 257, "uint16; expected uint8. .* data_range=65535"),
        (COLOUR.astype(np.int64), "int64; expected uint8. .* data_range=255"),
        (COLOUR > 9, "bool; expected uint8"),
        (COLOUR * 1j, "complex128; expected uint8, or real numbers"),
        (COLOUR.astype(object), "a numpy array of object"),
        (np.array("baby.png"), "a numpy array of <U8"),
        (COLOUR * np.nan, "expected uint8. It holds NaN or infinite values"),
        (np.ma.masked_less(COLOUR, 9), "a masked array"),
        (np.uint8(3), r"an array of shape \(\); expected"),
        (COLOUR[:, :, :2], r"an array of shape \(5, 6, 2\)"),
        (COLOUR.transpose(2, 0, 1), r"looks like \(C, H, W\): pass array.transpose\(1, 2, 0\)"),
        (np.dstack([COLOUR, GREY]), "fourth channel looks like alpha"),
        (COLOUR[None], r"an array of shape \(1, 5, 6, 3\).*looks like a batch"),
        (COLOUR[:0], r"an array of shape \(0, 6, 3\).*It has no pixels"),
        (PillowImage.fromarray(COLOUR).convert("CMYK"), "a PIL image of mode CMYK; expected L"),
        (PillowImage.fromarray(COLOUR).convert("F"), "a PIL image of mode F of more than 8 bits"),
        (PillowImage.new("I;16", (4, 4)), "mode I;16 of more than 8 bits"),
        (CLEAR, "a PIL image that is transparent in places"),
        (PillowImage.new("RGB", (0, 4)), "a PIL image of 0x4 pixels"),
        (TENSOR.float(), "from 0 to 2.*; expected 0 to 1.*pass data_range=255"),
        (UNIT * 2 - 1, r"They look like values of \[-1, 1\]: pass data_range=\(-1, 1\)"),
        ((UNIT - 0.45) / 0.225, "look normalised by a mean and a deviation"),
        (torch.full((3, 16, 16), -0.2), r"expected 0 to 1.*data_range=\(-1, 1\)"),
        (UNIT * 1e6, r"from .*; expected 0 to 1.*data_range=\(LOW, HIGH\)"),
        (torch.full((3, 2, 2), torch.nan), "NaN or infinite values in 12 of 12 places"),
        (torch.full((3, 2, 2), torch.inf), "NaN or infinite"),
        (TENSOR.long(), "a torch tensor of int64; expected uint8, or floats.*data_range=255"),
        (TENSOR > 9, "a torch tensor of bool; expected"),
        (UNIT * 1j, "a torch tensor of complex128; expected"),
        (TENSOR.permute(1, 2, 0), r"\(5, 6, 3\).*\(H, W, C\): pass tensor.permute\(2, 0, 1\)"),
        (TENSOR.expand(2, 3, 5, 6), r"a torch tensor of shape \(2, 3, 5, 6\).*a batch"),
        (TENSOR[0], r"shape \(5, 6\).*tensor\[None\]"),
        (torch.zeros(3, 0, 6), r"shape \(3, 0, 6\).*It has no pixels"),
        (UNIT.to_sparse(), r"of the layout sparse_coo; expected a plain one: tensor.to_dense\(\)"),
        (torch.zeros(3, 5, 6, device="meta"), "on the device 'meta', which holds no values"),
        (QUANTISED, r"is quantised, .*output.dequantize\(\)"),
        (UNIT.to(torch.float8_e4m3fn), "a torch tensor of float8_e4m3fn; expected"),
        (
            "baby.png",
            r"a str; expected a numpy array.* Read a file with iqabench.images.read_image",
        ),
        (None, "a NoneType; expected"),
        (COLOUR.tolist(), r"a list; expected.*Pass several to iqabench\.score"),
        (UNIT * 1.3, r"to 1\.[23].*; expected 0 to 1.*output\.clip\(0, 1\)"),
        (COLOUR / 250, r"expected uint8.* pass data_range=1\."),
    ],
)
def test_anything_else_is_refused(thing: Any, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        as_image(thing)


def test_a_target_a_little_too_bright_is_not_taken_for_levels() -> None:
    with pytest.raises(ImageError, match=r"expected 0 to 1. Clip it .* as in target\.clip\(0, 1\)"):
        as_image(UNIT * 1.04, "target")


def test_eight_bits_that_a_declared_range_contradicts() -> None:
    with pytest.raises(ImageError, match="its largest is 1, and data_range=1 says otherwise"):
        as_image(COLOUR.clip(0, 1), "target", 1)
    assert as_image(COLOUR * 0, "target", 1).max() == 0  # black in both


def test_a_declared_range_is_checked_too() -> None:
    with pytest.raises(ImageError, match=r"expected -1 to 1.*output\.clip\(-1, 1\)"):
        as_image(UNIT * 2, "output", (-1, 1))
    with pytest.raises(ImageError, match="expected 0 to 255"):
        as_image(TENSOR.float() * 2, "target", 255)
