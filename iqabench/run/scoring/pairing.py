"""The pairing of outputs with targets, by name.

`baby_RCAN_x4.png` belongs to `baby_HR_x4.png`, `0801x4.png` to `0801.png`, `img_001_SRF_4_rlfn.png` to
`img_001`. The first of three rules that gives exactly one target decides:

1. the names are the same;
2. the names are the same without words for the role at their end (HR, LR, x4, SRF_4, out ...);
3. the output's name begins with the target's, followed by a separator or a scale.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from iqabench.errors import PairingError

_ROLE = re.compile(
    r"(?:(?<=[_\-. ])|(?<=\d)(?=x\d))"
    r"(?:hr|lr|lrbi|gt|sr|out|output|restored|result|target|original|srf[_-]?\d+|x\d+)$",
    re.IGNORECASE,
)


@dataclass
class Pairing:
    """The pairs of outputs and targets, and the names without a partner."""

    pairs: dict[str, str] = field(default_factory=dict)
    """The name of the output for the name of each target."""
    targets_without_output: list[str] = field(default_factory=list)
    outputs_without_target: list[str] = field(default_factory=list)


def pair_names(outputs: Iterable[str], targets: Iterable[str]) -> Pairing:
    """Pair the names of outputs and targets; names have no suffix.

    Raises: PairingError when two outputs belong to one target, or when no output belongs to any.
    """
    outputs, targets = sorted(set(outputs)), sorted(set(targets))
    pairing = Pairing()
    for output in outputs:
        target = _partner(output, targets)
        if target is None:
            pairing.outputs_without_target.append(output)
        elif target in pairing.pairs:
            raise PairingError(
                f"two outputs belong to the target '{target}': '{pairing.pairs[target]}' and '{output}'. "
                "Keep one of them in the folder."
            )
        else:
            pairing.pairs[target] = output
    pairing.targets_without_output = [t for t in targets if t not in pairing.pairs]
    if not pairing.pairs:
        raise PairingError(
            f"no output belongs to a target by its name. Outputs: {_first_names(outputs)}; targets: "
            f"{_first_names(targets)}. Expected names that begin alike, such as baby_MODEL_x4 and baby_HR_x4."
        )
    return pairing


def core(name: str) -> str:
    """Return the name without the words for the role at its end."""
    while True:
        shorter = _ROLE.sub("", name).rstrip("_-. ")
        if shorter in ("", name):
            return name
        name = shorter


def _partner(output: str, targets: list[str]) -> str | None:
    for matches in (
        [t for t in targets if t == output],
        [t for t in targets if core(t).lower() == core(output).lower()],
        _longest([t for t in targets if _begins(output, core(t))]),
    ):
        if len(matches) == 1:
            return matches[0]
    return None


def _begins(output: str, target: str) -> bool:
    rest = output[len(target) :]
    return output.lower().startswith(target.lower()) and bool(re.match(r"[_\-. ]|x\d", rest))


def _longest(targets: list[str]) -> list[str]:
    """Return the targets with the longest names: `img_1_b` before `img_1` for the output `img_1_b_rcan`."""
    size = max((len(core(t)) for t in targets), default=0)
    return [t for t in targets if len(core(t)) == size]


def _first_names(names: list[str]) -> str:
    return (
        ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "none"
    )
