"""Which output belongs to which target, by name.

`baby_RCAN_x4.png` belongs to `baby_HR_x4.png`, `0801x4.png` to `0801.png`, `img_001_SRF_4_rlfn.png` to
`img_001`. Three rules, the first that gives exactly one partner wins:

1. the same name;
2. the same name once words that only tell the role (HR, LR, x4, SRF_4, out ...) are dropped;
3. the output's name begins with the target's, and goes on with something that is no part of a name.
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
    """Outputs with their targets, and what has no partner."""

    pairs: dict[str, str] = field(default_factory=dict)
    """Target name to output name."""
    targets_alone: list[str] = field(default_factory=list)
    outputs_alone: list[str] = field(default_factory=list)


def pair_names(outputs: Iterable[str], targets: Iterable[str]) -> Pairing:
    """Pair names without suffixes.

    Raises: PairingError when two outputs claim one target, or nothing pairs at all.
    """
    outputs, targets = sorted(set(outputs)), sorted(set(targets))
    found = Pairing()
    for output in outputs:
        target = _partner(output, targets)
        if target is None:
            found.outputs_alone.append(output)
        elif target in found.pairs:
            raise PairingError(
                f"two outputs belong to the target '{target}': '{found.pairs[target]}' and '{output}'. "
                "Keep one of them in the folder."
            )
        else:
            found.pairs[target] = output
    found.targets_alone = [t for t in targets if t not in found.pairs]
    if not found.pairs:
        raise PairingError(
            f"no output belongs to a target by its name. Outputs: {_some(outputs)}; targets: "
            f"{_some(targets)}. Expected names that begin alike, such as baby_MODEL_x4 beside baby_HR_x4."
        )
    return found


def core(name: str) -> str:
    """The name without the words at its end that only tell the role."""
    while True:
        shorter = _ROLE.sub("", name).rstrip("_-. ")
        if shorter in ("", name):
            return name
        name = shorter


def _partner(output: str, targets: list[str]) -> str | None:
    for same in (
        [t for t in targets if t == output],
        [t for t in targets if core(t).lower() == core(output).lower()],
        _longest([t for t in targets if _begins(output, core(t))]),
    ):
        if len(same) == 1:
            return same[0]
    return None


def _begins(output: str, target: str) -> bool:
    rest = output[len(target) :]
    return output.lower().startswith(target.lower()) and bool(re.match(r"[_\-. ]|x\d", rest))


def _longest(targets: list[str]) -> list[str]:
    """A target `img_1_b` beats `img_1` for the output `img_1_b_rcan`."""
    size = max((len(core(t)) for t in targets), default=0)
    return [t for t in targets if len(core(t)) == size]


def _some(names: list[str]) -> str:
    return (
        ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "none"
    )
