"""The effect of findings on a claim: whether undoing them leads to it, and whether self-ensemble may."""

from typing import Literal

from iqabench.explain.explanation import Explanation
from iqabench.explain.verdict import Answer, ties

Effect = Literal["explains", "explains in part", "does not explain", ""]

_PART = (0.4, 1.6)
"""The share of the distance to the claim that undoing a lossy finding bridges, if it is the reason."""
_LEAST_PART_DB = 0.03
_ENSEMBLE_DB = (0.02, 0.3)
"""What self-ensemble adds in published tables: 0.06 dB (RCAN, Set5 x2) to 0.28 dB (RCAN, Urban100 x4)."""
_ENSEMBLE_SSIM = 0.03
"""The largest SSIM that it adds for 1 dB; in the same tables 0.005 to 0.02."""


def usual_answer(explanation: Explanation) -> Answer | None:
    """Return the papers' reading of the outputs as they are; None when none could be compared."""
    return next((a for a in explanation.answers if a.reading == explanation.usual), None)


def effect(explanation: Explanation) -> Effect:
    """Return whether undoing the findings leads to the claim; nothing without findings."""
    if not explanation.findings:
        return ""
    told = ties(explanation.answers)
    if any(a.verdict == "gives it" and a.reading.files == "repaired" for a in told):
        return "explains"
    if any(f.name == "another scale" for f in explanation.findings):
        return "explains in part"
    usual, restored = usual_answer(explanation), explanation.restored
    if usual is None or restored is None or not any(f.is_lossy for f in explanation.findings):
        return "does not explain"
    missing, bridged = -usual.psnr_difference, restored - usual.measured.psnr
    if missing < _LEAST_PART_DB:
        return "does not explain"
    return "explains in part" if _PART[0] <= bridged / missing <= _PART[1] else "does not explain"


def may_be_ensemble(explanation: Explanation) -> bool:
    """Return whether the claim lies above the outputs' figures by as much as self-ensemble adds."""
    usual = usual_answer(explanation)
    if usual is None:
        return False
    above = -usual.psnr_difference
    if not _ENSEMBLE_DB[0] <= above <= _ENSEMBLE_DB[1]:
        return False
    if usual.ssim_difference is None:
        return True
    rounding = explanation.claim.ssim_half
    return -rounding <= -usual.ssim_difference <= _ENSEMBLE_SSIM * above + rounding


def may_be_plain(explanation: Explanation) -> bool:
    """Return whether outputs named as self-ensemble lie above the claim by as much as that adds."""
    usual, name = usual_answer(explanation), explanation.name.lower()
    named = any(word in name for word in ("+", "plus", "ensemble"))
    return (
        named and usual is not None and _ENSEMBLE_DB[0] <= usual.psnr_difference <= _ENSEMBLE_DB[1]
    )
