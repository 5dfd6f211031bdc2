"""The figures of the authors' programs on five pairs of TID2013, under the protocols that they mean."""

from collections.abc import Callable

import pytest

from iqabench.images import Case, Image
from iqabench.metrics import attempts, column

from .published import FIVE

FOUR_DIGITS = 5.0001e-5
COLUMNS = {
    "nlpd@rgb2gray": 1e-14,
    "gmsd@rgb2gray": 1e-8,
    "ssim@rgb2gray": FOUR_DIGITS,
    "vif@rgb2gray": FOUR_DIGITS,
    "cw_ssim@rgb2gray": FOUR_DIGITS,
    "entropy@rgb2gray": FOUR_DIGITS,
    "fsimc@rgb": FOUR_DIGITS,
    "lpips@rgb": FOUR_DIGITS,
    "psnr@rgb": 5.0001e-3,
    "piqe@rgb": 5.0001e-3,
}
"""The columns, and half of the last digit that was printed."""

Real = Callable[[str], Image]


@pytest.mark.parametrize("number", FIVE)
def test_the_figures_of_the_authors_programs(real_image: Real, number: str) -> None:
    five = FIVE[number]
    case = Case(real_image(five.output), real_image(five.target))
    results = attempts([column(name) for name in COLUMNS], case)
    for (name, off), result in zip(COLUMNS.items(), results, strict=True):
        if name == "lpips@rgb" and isinstance(result, Exception):
            continue  # its weights lie elsewhere
        assert result == pytest.approx(getattr(five, name.partition("@")[0]), abs=off), name


def test_grey_in_eight_bits_is_not_luma(real_image: Real) -> None:
    """A figure of one protocol is not met under another."""
    five = FIVE["I19"]
    pair = real_image(five.output), real_image(five.target)
    for other in ("rgb", "y"):
        assert column(f"nlpd@{other}")(*pair) != pytest.approx(five.nlpd, abs=1e-4)
