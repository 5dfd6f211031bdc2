"""The claim: a figure of a paper, with the precision in which it was printed."""

import re
from dataclasses import dataclass

from iqabench.errors import UsageError

_NUMBER = r"\d*\.?\d+"
_FORM = re.compile(rf"({_NUMBER})(?:\s*/\s*({_NUMBER}))?")


@dataclass(frozen=True)
class Claim:
    """A claimed PSNR in dB and, if claimed, SSIM; each with half a unit of its last printed digit."""

    psnr: float
    psnr_half: float
    ssim: float | None = None
    ssim_half: float = 0.0


def parse_claim(text: str) -> Claim:
    """Read a claim such as `32.63` or `32.63/0.9002`.

    Raises: UsageError for other forms, and for values that no PSNR or SSIM has.
    """
    match = _FORM.fullmatch(text.strip())
    if not match:
        raise UsageError(
            f"'{text}' is not a claim; expected PSNR or PSNR/SSIM, such as 32.63/0.9002."
        )
    psnr, ssim = match.groups()
    if not 0 < float(psnr) < 100:
        raise UsageError(f"the claimed PSNR is {psnr} dB; expected 0 to 100, such as 32.63.")
    if ssim is None:
        return Claim(float(psnr), _half(psnr))
    if float(ssim) > 1:
        raise UsageError(f"the claimed SSIM is {ssim}; expected at most 1, such as 0.9002.")
    return Claim(float(psnr), _half(psnr), float(ssim), _half(ssim))


def _half(printed: str) -> float:
    return 0.5 * 10.0 ** -len(printed.partition(".")[2])
