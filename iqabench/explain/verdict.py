"""The verdict on a claim: readings that give it or come near, and the change to make, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Literal

from iqabench.explain.claim import Claim
from iqabench.explain.measurement import ReadingFigures
from iqabench.explain.reading import Reading

Verdict = Literal["gives it", "near", ""]

_NEAR_DB, _NEAR_SSIM = 0.02, 0.001
_TOLD = 3


@dataclass(frozen=True)
class Answer:
    """A reading beside the claim."""

    measured: ReadingFigures
    psnr_difference: float
    """Measured minus claimed PSNR, in dB."""
    ssim_difference: float | None
    verdict: Verdict

    @property
    def departures(self) -> int:
        """The number of habits that differ from the papers' way."""
        return len(self.measured.reading.departures())


def answer(claim: Claim, measured: Sequence[ReadingFigures]) -> list[Answer]:
    """Compare every reading with the claim: those that give it come first, fewest departures first."""
    answers = [_judge(claim, m) for m in _effective(measured)]
    order: list[Verdict] = ["gives it", "near", ""]
    return sorted(answers, key=lambda a: (order.index(a.verdict), a.departures, _distance(a)))


def worth_telling(answers: Sequence[Answer]) -> list[Answer]:
    """Return the readings that give the figure or come near, and all with a single departure.

    Single departures teach even when no reading gives the figure.
    """
    giving = [a for a in answers if a.verdict == "gives it"]
    least = min((a.departures for a in giving), default=0)
    near = sorted((a for a in answers if a.verdict == "near"), key=_distance)[:_TOLD]
    matches = [a for a in giving if a.departures <= max(least, 1)] + near
    return matches + [a for a in answers if a.departures <= 1 and a not in matches]


def in_words(claim: Claim, answers: Sequence[Answer]) -> list[str]:
    """Return the conclusion as lines of text."""
    usual = next(a for a in answers if a.measured.reading == Reading())
    figure = f"{usual.measured.psnr:.4f} dB" + (
        "" if usual.measured.ssim is None else f" / {usual.measured.ssim:.4f}"
    )
    lines = [f"As the papers' tables are made (protocol sr-y), these outputs have {figure}."]
    giving = [a for a in answers if a.verdict == "gives it"]
    if usual.verdict == "gives it":
        return [*lines, "This is the claimed figure; there is nothing to explain."]
    if giving:
        least = [a for a in giving if a.departures == giving[0].departures]
        lines.append("The claimed figure results from:")
        for a in least[:_TOLD]:
            lines += [f"  - {words}." for _, words in a.measured.reading.departures()]
            lines += ["  or"] if a is not least[min(len(least), _TOLD) - 1] else []
        others = len(giving) - min(len(least), _TOLD)
        if others:
            hint = "" if claim.ssim is not None else " A claim with SSIM would tell them apart."
            many = "one other reading gives" if others == 1 else f"{others} other readings give"
            lines.append(f"With more departures {many} it too.{hint}")
        return lines
    lines.append("No reading gives the claimed figure.")
    nearest = min(answers, key=_distance)
    lines.append(f"Nearest: {describe(nearest.measured.reading)}, off by {_off(nearest)}.")
    lines.append(
        "If this is not the reason, the outputs are not those of the claim: other weights, other inputs, or "
        "other target files of the same name."
    )
    return lines


def describe(reading: Reading) -> str:
    """Return the departures of a reading as text, or that it has none."""
    return "; ".join(name for name, _ in reading.departures()) or "as the papers (sr-y)"


def _effective(measured: Sequence[ReadingFigures]) -> list[ReadingFigures]:
    """Return the readings without those that equal a simpler one, as for grey files where there are none."""
    figures = {m.reading: (m.psnr, m.ssim) for m in measured}
    return [
        m
        for m in measured
        if not any(figures.get(s) == figures[m.reading] for s in _simpler(m.reading))
    ]


def _simpler(reading: Reading) -> list[Reading]:
    usual = Reading()
    departing = [
        f.name for f in fields(reading) if getattr(reading, f.name) != getattr(usual, f.name)
    ]
    return [replace(reading, **{name: getattr(usual, name)}) for name in departing]


def _judge(claim: Claim, m: ReadingFigures) -> Answer:
    psnr = m.psnr - claim.psnr
    ssim = None if claim.ssim is None or m.ssim is None else m.ssim - claim.ssim
    slack = 1 + 1e-9
    gives = abs(psnr) <= claim.psnr_half * slack and (
        ssim is None or abs(ssim) <= claim.ssim_half * slack
    )
    near = abs(psnr) <= max(_NEAR_DB, claim.psnr_half) and (
        ssim is None or abs(ssim) <= max(_NEAR_SSIM, claim.ssim_half)
    )
    return Answer(m, psnr, ssim, "gives it" if gives else "near" if near else "")


def _distance(a: Answer) -> float:
    """Return the distance from the claim, in hundredths of a dB or ten-thousandths of SSIM."""
    ssim = 0.0 if a.ssim_difference is None else abs(a.ssim_difference) / 1e-4
    return max(abs(a.psnr_difference) / 1e-2, ssim) if isfinite(a.psnr_difference) else 1e9


def _off(a: Answer) -> str:
    ssim = "" if a.ssim_difference is None else f" and {a.ssim_difference:+.4f}"
    return f"{a.psnr_difference:+.4f} dB{ssim}"
