"""The result of pairing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from iqabench.errors import PairingError
from iqabench.printable import first_names


class NamesError(PairingError):
    """Names cannot be paired: the reason, and the way out on the command line of `score`."""

    def __init__(self, reason: str, way_out: str) -> None:
        super().__init__(f"{reason} {way_out}")
        self.reason = reason


@dataclass
class Pairing:
    """The pairs of outputs and targets, and the names without a partner."""

    pairs: dict[str, str] = field(default_factory=dict)
    """The name of the output for the name of each target."""
    targets_without_output: list[str] = field(default_factory=list)
    outputs_without_target: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    """The rules by which names that are not equal were paired, in words."""


def pairing_of(pairs: Mapping[str, str], outputs: Iterable[str], targets: Iterable[str]) -> Pairing:
    """Return the pairing with these pairs, the output for each target; other names have no partner."""
    paired = set(pairs.values())
    return Pairing(
        dict(pairs),
        [target for target in targets if target not in pairs],
        [output for output in outputs if output not in paired],
    )


def unpaired_in_words(one: str, other: str, names: Sequence[str]) -> list[str]:
    """Return a line such as `2 outputs without a target: a, b`; none without names."""
    if not names:
        return []
    article = "an" if other[0] in "aeiou" else "a"
    plural = "" if len(names) == 1 else "s"
    return [f"{len(names)} {one}{plural} without {article} {other}: {first_names(names, 5)}"]
