"""The conclusion in plain words: what the files show, the reading behind a claim, and the change to make."""

from collections.abc import Sequence
from dataclasses import replace

from iqabench.explain.effect import effect, may_be_ensemble, may_be_plain, usual_answer
from iqabench.explain.explanation import Explanation
from iqabench.explain.hints import hints
from iqabench.explain.input_consistency import inputs_in_words
from iqabench.explain.reading import Reading
from iqabench.explain.verdict import Answer, expected_by_chance, nearest, ties

_INPUTS_UNTOLD = ("saved as JPEG", "another scale", "grey file of luma", "targets as outputs")
"""The findings with which outputs tell nothing of their inputs."""
_DOUBT = 0.4
"""The number of readings that would give a claim by chance, from which on a match is told with doubt."""


def in_words(explanation: Explanation) -> list[str]:
    """Return the conclusion as lines of text."""
    usual = usual_answer(explanation)
    lines = []
    if usual is not None:
        lines.append(
            f"As the papers' tables are made (protocol {usual.reading.home}), these outputs have "
            f"{_figure(usual)}."
        )
        if usual.verdict == "gives it":
            agrees = "This is the claimed figure; there is nothing to explain."
            return [*lines, agrees, *inputs_in_words(explanation.inputs, sure_only=True)]
    lines += _found(explanation)
    readings = told(explanation)
    if readings and readings[0].verdict == "gives it":
        lines += _explained(explanation, readings)
    elif readings:
        lines += _psnr_only(readings)
    elif not effect(explanation).startswith("explains"):
        lines += _unexplained(explanation)
    return [*lines, *_ensemble(explanation, readings), *_inputs(explanation, readings)]


def describe(reading: Reading) -> str:
    """Return the departures of a reading as text, or that it has none."""
    departures = "; ".join(name for name, _ in reading.departures())
    return departures or f"as the papers ({reading.home})"


def told(explanation: Explanation) -> list[Answer]:
    """Return the readings that are told, the most usual first.

    A reading that has only the PSNR of a claim is told if it is usual and chance does not explain it.
    Where undoing what the files show leads to the claim, nothing is told but readings that have both.
    """
    answers = ties(explanation.answers)
    if not answers:
        return []
    has_both = answers[0].verdict == "gives it" and explanation.claim.ssim is not None
    if effect(explanation).startswith("explains") and not has_both:
        return [a for a in answers if a.verdict == "gives it" and a.reading.files == "repaired"]
    if answers[0].verdict == "gives it":
        return answers
    likely = [a for a in answers if a.reading.cost <= 1]
    return (
        [] if likely and likely[0].reading.cost and _is_doubtful(explanation, likely[0]) else likely
    )


def _is_doubtful(explanation: Explanation, a: Answer) -> bool:
    chance = expected_by_chance(explanation.claim, explanation.answers, a.reading.cost)
    return chance >= _DOUBT


def _found(explanation: Explanation) -> list[str]:
    """Return what the files show, and where undoing it leads."""
    if not explanation.findings:
        return []
    lines = ["The files show:"]
    lines += [f"  - {f.evidence}; {f.remedy}." for f in explanation.findings]
    restored = explanation.restored
    if restored is None:
        return lines
    about = "about " if any(f.quality for f in explanation.findings) else ""
    have = f"With that undone they have {about}{restored:.{2 if about else 4}f} dB"
    means = {
        "explains": ": this leads to the claimed figure.",
        "explains in part": f"; what was lost does not come back whole, so it explains the claimed "
        f"{explanation.claim}.",
    }
    return [*lines, have + means.get(effect(explanation), ", which is not the claimed figure.")]


def _explained(explanation: Explanation, readings: Sequence[Answer]) -> list[str]:
    if readings[0].reading == replace(explanation.usual, files="repaired"):
        return []
    only_psnr = explanation.claim.ssim is None
    if only_psnr and _is_doubtful(explanation, readings[0]):
        lines = [
            "No usual reading gives the claimed figure. Rarer ones do, but among all that were tried some "
            "would give any figure near it by chance:"
        ]
    else:
        lines = ["The claimed figure results from:"]
    lines += _bullets(readings)
    others = sum(a.verdict == "gives it" for a in explanation.answers) - len(readings)
    if others:
        many = "one rarer reading gives" if others == 1 else f"{others} rarer readings give"
        lines.append(f"Besides, {many} it too (--all shows them).")
    if only_psnr and len(readings) + others > 1:
        lines.append("A claim with SSIM would tell them apart.")
    return lines


def _psnr_only(readings: Sequence[Answer]) -> list[str]:
    first = readings[0]
    if not first.reading.departures():
        lines = ["The PSNR is the claimed one."]
    else:
        lines = ["The claimed PSNR results from:", *_bullets(readings)]
    off = "" if first.measured.ssim is None else f"; it is {first.measured.ssim:.4f} there"
    return [
        *lines,
        f"No SSIM that was tried gives the claimed one with it{off}. It may be of other outputs or of "
        "another row, or misprinted.",
    ]


def _unexplained(explanation: Explanation) -> list[str]:
    near = nearest(explanation.answers)
    return [
        "Nothing that was tried explains the claimed figure.",
        f"Nearest: {describe(near.reading)}, off by {_off(near)}.",
        *_hinted(explanation),
        "If this is not the reason, the outputs are not those of the claim: other weights, other inputs, or "
        "other target files of the same name.",
    ]


def _hinted(explanation: Explanation) -> list[str]:
    """Return what is known of the set and its task, and cannot be seen in the files."""
    known = hints(explanation)
    if not known:
        return []
    lines = ["Known of these tables, though the files cannot show it:"]
    return lines + [f"  - {hint.words} ({hint.source})." for hint in known]


def ensemble_is_told(explanation: Explanation) -> bool:
    """Return whether self-ensemble is told as a possible reason."""
    readings = told(explanation)
    if effect(explanation).startswith("explains") or not may_be_ensemble(explanation):
        return False
    if not readings:
        return True
    cost = readings[0].reading.cost
    has_both = readings[0].verdict == "gives it" and explanation.claim.ssim is not None
    return cost > 2 if has_both else cost > 0  # a rare reading may have both figures by chance


def _ensemble(explanation: Explanation, readings: Sequence[Answer]) -> list[str]:
    if ensemble_is_told(explanation):
        also = "It may also be" if readings else "It may be"
        return [
            f"{also} a figure of self-ensemble, the mean over eight flips and turns, which papers mark by "
            "'+': it lies above these outputs by as much as that adds. The outputs cannot show it; compare "
            "with the row without '+'."
        ]
    if not readings and may_be_plain(explanation):
        return [
            "The name of the outputs tells of self-ensemble ('+'); the claim lies below by as much as that "
            "adds, and may be of the plain network."
        ]
    return []


def _inputs(explanation: Explanation, readings: Sequence[Answer]) -> list[str]:
    if any(f.name in _INPUTS_UNTOLD for f in explanation.findings):
        return []
    sure_only = bool(readings) or effect(explanation).startswith("explains")
    return inputs_in_words(explanation.inputs, sure_only=sure_only)


def _bullets(readings: Sequence[Answer]) -> list[str]:
    lines: list[str] = []
    for a in readings:
        lines += ["  or"] if lines else []
        lines += [f"  - {words}." for _, words in a.reading.departures()]
        lines += _named(a)
    return lines


def _named(a: Answer) -> list[str]:
    """Return the line that names the protocols of a reading, and the columns that give its figures."""
    has_ssim = a.measured.ssim is not None
    names = [p.name for p in a.reading.protocols(with_ssim=has_ssim)]
    if not names or a.reading.files == "repaired":
        return []
    columns = f"psnr@{names[0]}" + (f" and ssim@{names[0]}" if has_ssim else "")
    others = f"; so are {', '.join(names[1:])}" if names[1:] else ""
    return [f"    This is protocol {names[0]}: compare by {columns}{others}."]


def _figure(a: Answer) -> str:
    ssim = "" if a.measured.ssim is None else f" / {a.measured.ssim:.4f}"
    return f"{a.measured.psnr:.4f} dB{ssim}"


def _off(a: Answer) -> str:
    ssim = "" if a.ssim_difference is None else f" and {a.ssim_difference:+.4f}"
    return f"{a.psnr_difference:+.4f} dB{ssim}"
