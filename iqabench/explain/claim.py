"""The claim: a figure of a paper, with the precision in which it was printed."""

import re
from dataclasses import dataclass, replace
from math import isfinite, log10

from iqabench.errors import UsageError

NUMBER = r"[+-]?\d*\.?\d+"
"""The form of a printed number."""
_FORM = re.compile(rf"({NUMBER})\s*(?:dB)?(?:\s*/\s*({NUMBER}))?", re.IGNORECASE)
_FORMS = "expected PSNR or PSNR/SSIM, such as 32.63 or 32.63/0.9002"
_SLACK = 1 + 1e-9


@dataclass(frozen=True)
class Claim:
    """A claimed PSNR in dB and, if claimed, SSIM; each with half a unit of its last printed digit."""

    psnr: float
    psnr_half: float
    ssim: float | None = None
    ssim_half: float = 0.0

    def has_psnr(self, psnr: float) -> bool:
        """Return whether a PSNR in dB rounds to the claimed one."""
        return isfinite(psnr) and abs(psnr - self.psnr) <= self.psnr_half * _SLACK

    def has_ssim(self, ssim: float | None) -> bool:
        """Return whether an SSIM rounds to the claimed one; true when none is claimed."""
        if self.ssim is None:
            return True
        return ssim is not None and abs(ssim - self.ssim) <= self.ssim_half * _SLACK

    def widened(self, psnr: float, ssim: float) -> "Claim":
        """Return the claim with more room around it; SSIM only if it is claimed."""
        more = ssim if self.ssim is not None else 0.0
        return replace(self, psnr_half=self.psnr_half + psnr, ssim_half=self.ssim_half + more)

    def __str__(self) -> str:
        psnr = f"{self.psnr:.{_digits(self.psnr_half)}f} dB"
        return psnr if self.ssim is None else f"{psnr} / {self.ssim:.{_digits(self.ssim_half)}f}"


def parse_claim(text: str) -> Claim:
    """Read a claim such as `32.63` or `32.63/0.9002`.

    Raises: UsageError for other forms, and for values that no PSNR or SSIM has.
    """
    match = _FORM.fullmatch(text.strip())
    if not match:
        raise UsageError(f"'{text}' is not a claim; {_FORMS}.{_hint(text)}")
    psnr, ssim = match.groups()
    if ssim is not None and float(psnr) <= 1 < float(ssim):
        raise UsageError(f"'{text}' has SSIM first; {_FORMS}. Write {ssim}/{psnr}.")
    if not 0 < float(psnr) < 100:
        raise UsageError(f"the claimed PSNR is {psnr} dB; it lies between 0 and 100, as in 32.63.")
    if ssim is None:
        return Claim(float(psnr), half_of(psnr))
    if not -1 <= float(ssim) <= 1:
        percent = 1 < float(ssim) <= 100
        hint = f" If it is in percent, write {_of_percent(ssim)}." if percent else ""
        raise UsageError(f"the claimed SSIM is {ssim}; it is at most 1, as in 0.9002.{hint}")
    return Claim(float(psnr), half_of(psnr), float(ssim), half_of(ssim))


def _digits(half: float) -> int:
    return round(-log10(2 * half))


def _hint(text: str) -> str:
    if "," in text:
        return " Write decimals with a point, and a slash between PSNR and SSIM."
    return " A percent sign is not read: write 95.3 % as 0.953." if "%" in text else ""


def _of_percent(printed: str) -> str:
    digits = len(printed.partition(".")[2]) + 2
    return f"{float(printed) / 100:.{digits}f}"


def half_of(printed: str) -> float:
    """Return half a unit of the last printed digit."""
    return 0.5 * 10.0 ** -len(printed.partition(".")[2])
