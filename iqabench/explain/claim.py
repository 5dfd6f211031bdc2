"""A claimed figure, with the precision in which it was printed."""

import re
from dataclasses import dataclass

from iqabench.errors import UsageError

_NUMBER = r"\d*\.?\d+"
_FORM = re.compile(rf"({_NUMBER})(?:\s*/\s*({_NUMBER}))?")


@dataclass(frozen=True)
class Claim:
    """PSNR in dB and, if it was claimed, SSIM; each with half a unit of its last printed digit."""

    psnr: float
    psnr_half: float
    ssim: float | None = None
    ssim_half: float = 0.0


def parse_claim(text: str) -> Claim:
    """`32.63` or `32.63/0.9002`.

    Raises: UsageError for other forms, and for values that no PSNR or SSIM has.
    """
    found = _FORM.fullmatch(text.strip())
    if not found:
        raise UsageError(f"'{text}' is no claim; expected PSNR or PSNR/SSIM, such as 32.63/0.9002.")
    psnr, ssim = found.groups()
    if not 0 < float(psnr) < 100:
        raise UsageError(f"a PSNR of {psnr} dB? Expected something like 32.63.")
    if ssim is None:
        return Claim(float(psnr), _half(psnr))
    if float(ssim) > 1:
        raise UsageError(f"an SSIM of {ssim}? Expected at most 1, such as 0.9002.")
    return Claim(float(psnr), _half(psnr), float(ssim), _half(ssim))


def _half(printed: str) -> float:
    return 0.5 * 10.0 ** -len(printed.partition(".")[2])
