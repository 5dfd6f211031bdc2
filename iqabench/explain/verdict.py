"""The verdict on a claim: readings that give it, that give its PSNR, that come near, in that order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from iqabench.explain.claim import Claim
from iqabench.explain.figures import ReadingFigures, claim_for
from iqabench.explain.named import SIMILARITY
from iqabench.explain.reading import Reading

Verdict = Literal["gives it", "gives PSNR", "near", ""]
ORDER: tuple[Verdict, ...] = ("gives it", "gives PSNR", "near", "")

_NEAR_DB, _NEAR_SSIM = 0.02, 0.001
_TOLD = 3
_TIES = 6
_ACROSS_DB = 1.0
"""The width around a claim in which readings are counted, to tell how many would meet it by chance."""


@dataclass(frozen=True)
class Answer:
    """A reading beside the claim."""

    measured: ReadingFigures
    psnr_difference: float
    """Measured minus claimed PSNR, in dB."""
    ssim_difference: float | None
    verdict: Verdict

    @property
    def reading(self) -> Reading:
        """The reading."""
        return self.measured.reading

    @property
    def departures(self) -> int:
        """The number of habits that differ from the papers' way."""
        return len(self.reading.departures())

    def rank(self) -> tuple[int, int, int, float]:
        """Return the key to sort by: the verdict, then how usual the reading is, then the distance."""
        return ORDER.index(self.verdict), self.reading.cost, self.departures, distance(self)


def answer(claim: Claim, measured: Sequence[ReadingFigures]) -> list[Answer]:
    """Compare every reading with the claim: those that give it come first, the most usual first."""
    return sorted((_judge(claim, m) for m in measured), key=Answer.rank)


def worth_telling(answers: Sequence[Answer]) -> list[Answer]:
    """Return the readings that are told, those that come near, and all with a single usual departure.

    Single departures teach even when no reading gives the figure.
    """
    near = sorted((a for a in answers if a.verdict == "near"), key=distance)[:_TOLD]
    told = [*ties(answers), *near]
    usual = [a for a in answers if a.departures <= 1 and a.reading.cost <= 1]
    return told + [a for a in usual if a not in told]


def ties(answers: Sequence[Answer]) -> list[Answer]:
    """Return the readings to tell, the most usual first: those of the best verdict, and of about one cost.

    The result is empty when none gives the claim or its PSNR.
    """
    best = [a for a in answers if a.verdict == answers[0].verdict and a.verdict.startswith("gives")]
    if best and best[0].verdict == "gives PSNR":  # any window has that
        best = [a for a in best if a.reading == with_usual_ssim(a.reading)]
    usual = (
        [best[0].reading.usual, replace(best[0].reading.usual, files="repaired")] if best else []
    )
    if best and best[0].reading in usual:
        return best[:1]
    readings = {a.reading for a in best}
    told = [a for a in best if a.reading.cost <= best[0].reading.cost + 1]
    return [a for a in told if not _is_estimate_of(a.reading, readings)][:_TIES]


def _is_estimate_of(reading: Reading, readings: Collection[Reading]) -> bool:
    """Return whether a reading is an estimate of outputs before rounding, beside one of the files."""
    of_files = replace(reading, rounding=Reading.rounding)
    return reading != of_files and of_files in readings


def with_usual_ssim(reading: Reading) -> Reading:
    """Return the reading of the same PSNR with the papers' SSIM."""
    return replace(reading, **{habit: getattr(reading.usual, habit) for habit in SIMILARITY})


def nearest(answers: Sequence[Answer]) -> Answer:
    """Return the usual reading of one departure at most whose PSNR is nearest to the claim."""
    simple = [a for a in answers if a.departures <= 1 and a.reading.cost <= 1]
    return min(simple or answers, key=lambda a: (abs(a.psnr_difference), distance(a)))


def expected_by_chance(claim: Claim, answers: Sequence[Answer], cost: int) -> float:
    """Return how many readings of at most this cost would give any claim near this one, by chance."""
    others = [
        a
        for a in answers
        if a.reading.cost <= cost
        and a.reading == with_usual_ssim(a.reading)
        and abs(a.psnr_difference) <= _ACROSS_DB / 2
    ]
    return max(len(others) - 1, 0) * 2 * claim.psnr_half / _ACROSS_DB


def _judge(printed: Claim, m: ReadingFigures) -> Answer:
    claim = claim_for(printed, m.reading)
    psnr = m.psnr - claim.psnr
    ssim = None if claim.ssim is None or m.ssim is None else m.ssim - claim.ssim
    verdict: Verdict = ""
    if claim.has_psnr(m.psnr):
        verdict = "gives it" if claim.has_ssim(m.ssim) else "gives PSNR"
    elif abs(psnr) <= max(_NEAR_DB, claim.psnr_half) and (
        claim.ssim is None or (ssim is not None and abs(ssim) <= max(_NEAR_SSIM, claim.ssim_half))
    ):
        verdict = "near"
    return Answer(m, psnr, ssim, verdict)


def distance(a: Answer) -> float:
    """Return the distance from the claim, in hundredths of a dB or ten-thousandths of SSIM."""
    ssim = 0.0 if a.ssim_difference is None else abs(a.ssim_difference) / 1e-4
    return max(abs(a.psnr_difference) / 1e-2, ssim) if isfinite(a.psnr_difference) else 1e9
