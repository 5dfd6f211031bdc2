"""The findings in a folder of outputs, each with its evidence: what most images show alike.

The rules, with what correct outputs show (RLFN, IMDN, CFSR and bicubic on Set5 and Set14, x2 to x4):

- a turn, swapped colours, a grey file: in 70 % of the images; undone, a quarter of the error is left at most;
- a shift: the median is 0.12 pixels or more (correct: 0.03), images differ by a fifth of it or 0.1 pixels;
- a gain: the median slope is off 1 by 0.006 or more (correct: 0.004) and images differ by a third of that;
- half a level lost: the slope is 1 within 0.006, the median bias -0.32 to -0.68 (correct: -0.1 to 0.01);
- JPEG: in 70 % of the images, coefficients on the steps of a quality (see `compression`), not in the target.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iqabench.explain.damage.examination import LEAST_SHIFT, Examination
from iqabench.explain.damage.luma_file import KINDS
from iqabench.explain.damage.repair import Repair

_MOST_IMAGES = 0.7
_LEAST_GAIN = 0.006
_HALF_LEVEL = (-0.68, -0.32)
_LEAST_OFFSET = 0.8


@dataclass(frozen=True)
class Finding:
    """A thing that happened to the outputs, with the evidence."""

    name: str
    """A name such as "shifted"."""
    evidence: str
    """A sentence with the measured values, without a full stop."""
    remedy: str
    """The advice, without a full stop."""
    slack: float = 0.0
    """The uncertainty of PSNR in dB once it is undone."""
    is_lossy: bool = False
    """True when undoing it does not bring everything back."""
    quality: int = 0
    """The quality of JPEG, for that finding."""


def findings(examinations: Sequence[Examination]) -> tuple[list[Finding], Repair]:
    """Return what most of the images show alike, and the repair that undoes it."""
    repair = Repair()
    found: list[Finding] = []
    for rule in (_turned, _swapped, _grey, _shifted, _brightness):
        finding, changes = rule(examinations)
        if finding is not None:
            found.append(finding)
            repair = Repair(**(vars(repair) | changes))
    found += [f for f in (_compressed(examinations), _targets(examinations)) if f is not None]
    return found, repair


Result = tuple[Finding | None, dict[str, object]]
_NO_RESULT: Result = (None, {})


def _turned(examinations: Sequence[Examination]) -> Result:
    name, count = Counter(e.turn for e in examinations).most_common(1)[0]
    if not name or count < _MOST_IMAGES * len(examinations):
        return _NO_RESULT
    evidence = (
        f"the outputs are {name} against their targets ({count} of {len(examinations)} images fit only "
        "when that is undone)"
    )
    return Finding(name, evidence, "save them as they come from the network"), {"turn": name}


def _swapped(examinations: Sequence[Examination]) -> Result:
    coloured = [e for e in examinations if e.is_coloured]
    count = sum(e.is_swapped for e in coloured)
    if not count or count < _MOST_IMAGES * len(coloured):
        return _NO_RESULT
    evidence = f"red and blue of the outputs are swapped ({count} of {len(coloured)} images)"
    remedy = "an OpenCV array was taken or written for RGB; swap its channels"
    return Finding("red and blue swapped", evidence, remedy), {"is_swapped": True}


def _grey(examinations: Sequence[Examination]) -> Result:
    coloured = [e for e in examinations if e.is_coloured]
    grey = [e.luma for e in coloured if e.luma]
    if not grey or len(grey) < _MOST_IMAGES * len(coloured):
        return _NO_RESULT
    name = min(KINDS, key=lambda kind: sum(errors[kind] for errors in grey))
    evidence = (
        f"the outputs are grey files while their targets have colours ({len(grey)} of {len(coloured)} "
        f"images); they hold {KINDS[name]}"
    )
    remedy = "compare them with the same luma of the targets, or save colours"
    return Finding("grey file of luma", evidence, remedy, slack=0.02), {"luma": name}


def _shifted(examinations: Sequence[Examination]) -> Result:
    shifts = np.array([e.shift for e in examinations if e.shift is not None])
    if len(shifts) < max(1.0, len(examinations) / 2):
        return _NO_RESULT
    middle = np.median(shifts, axis=0)
    spread = float(np.median(np.abs(shifts - middle).max(axis=1)))
    largest = float(np.abs(middle).max())
    if largest < LEAST_SHIFT or spread > max(0.1, largest / 5):
        return _NO_RESULT
    whole = np.round(middle)
    is_whole = bool(np.abs(middle - whole).max() < 0.06)
    half = np.round(2 * middle) / 2
    by = whole if is_whole else half if np.abs(middle - half).max() < 0.06 else middle
    evidence = (
        f"the outputs lie {_direction(float(middle[0]), float(middle[1]))} (registered with their targets; "
        f"images differ by {spread:.2f})"
    )
    remedy = "crop or resample without a shift"
    if not is_whole:
        remedy += "; half pixels come from resizing whose pixel centres are not aligned"
    finding = Finding(
        "shifted", evidence, remedy, 0.01 if is_whole else 0.02, is_lossy=not is_whole
    )
    return finding, {"shift": (float(by[0]), float(by[1]))}


def _direction(down: float, right: float) -> str:
    parts = [
        f"{abs(value):.2f} pixels too {words[value < 0]}"
        for value, words in ((down, ("low", "high")), (right, ("far right", "far left")))
        if abs(value) >= LEAST_SHIFT / 2
    ]
    return " and ".join(parts)


def _brightness(examinations: Sequence[Examination]) -> Result:
    lines = np.array([e.line for e in examinations if e.line is not None])
    if len(lines) < max(1.0, len(examinations) / 2):
        return _NO_RESULT
    slope, offset, bias = np.median(lines, axis=0).tolist()
    spread, _, bias_spread = np.median(np.abs(lines - np.median(lines, axis=0)), axis=0)
    if abs(slope - 1) >= _LEAST_GAIN and spread <= abs(slope - 1) / 3:
        return _gain(slope, offset if abs(offset) >= _LEAST_OFFSET else 0.0)
    if abs(slope - 1) >= _LEAST_GAIN:
        return _NO_RESULT
    if _HALF_LEVEL[0] <= bias <= _HALF_LEVEL[1] and bias_spread < 0.12:
        evidence = (
            f"the outputs are half a grey level too dark (mean {bias:+.2f}, images differ by "
            f"{bias_spread:.2f}): they were truncated to 8 bits instead of rounded"
        )
        finding = Finding(
            "truncated", evidence, "add 0.5 before converting to integers", slack=0.015
        )
        return finding, {"offset": -0.5}
    if abs(bias) >= _LEAST_OFFSET and bias_spread <= abs(bias) / 5:
        evidence = f"the outputs are {bias:+.2f} grey levels off in the mean, all of them alike"
        return Finding("offset", evidence, "take the offset out", slack=0.02), {"offset": bias}
    return _NO_RESULT


def _gain(slope: float, offset: float) -> Result:
    more = f" and moved by {offset:+.1f} grey levels" if offset else ""
    evidence = (
        f"the outputs are their targets' brightness times {slope:.4f}{more}, all of them alike"
    )
    remedy = "save them without a gain"
    if abs(slope - 219 / 255) < 0.004:
        remedy = "they are in studio range (16 to 235); save them in 0 to 255"
    elif abs(slope - 255 / 219) < 0.006:
        remedy = "they were expanded from studio range (16 to 235) once too often"
    return Finding("gain", evidence, remedy, slack=0.02), {"slope": slope, "offset": offset}


def _compressed(examinations: Sequence[Examination]) -> Finding | None:
    seen = [e.traces for e in examinations if e.traces is not None]
    if len(seen) < _MOST_IMAGES * len(examinations):
        return None
    quality = int(np.median([t.quality for t in seen]))
    evidence = (
        f"the outputs carry JPEG's 8x8 blocks of quality about {quality}: their coefficients lie on its "
        f"steps ({len(seen)} of {len(examinations)} images)"
    )
    return Finding("saved as JPEG", evidence, "save PNG", is_lossy=True, quality=quality)


def _targets(examinations: Sequence[Examination]) -> Finding | None:
    same = sum(e.is_target for e in examinations)
    if not same:
        return None
    evidence = f"{same} of {len(examinations)} outputs are their targets, pixel by pixel"
    return Finding("targets as outputs", evidence, "check which folder holds the outputs")
