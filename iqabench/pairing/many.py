"""The pairing of many outputs with one target: `0001_0.8_0.2` and `0001_0.9_0.2` belong to `0001`."""

import re
from collections.abc import Iterable

from iqabench.errors import PairingError
from iqabench.pairing.pair import folded, unpadded
from iqabench.pairing.substitution import ambiguous_output
from iqabench.pairing.words import core
from iqabench.printable import first_names


def pair_many(outputs: Iterable[str], targets: Iterable[str]) -> dict[str, str]:
    """Return the target of each output: the one with the longest name that the output's name begins with.

    An output without a target is left out.

    Raises: PairingError when two targets have the same name but for words for the role, or when no output
        belongs to any target.
    """
    outputs, targets = sorted(set(outputs)), sorted(set(targets))
    exact = set(targets)
    for form in (folded, unpadded):
        found: dict[str, str] = {}
        by_core: dict[str, list[str]] = {}
        for target in targets:
            by_core.setdefault(core(form(target)), []).append(target)
        for output in outputs:
            group = [output] if output in exact else _longest(form(output), by_core)
            if len(group) > 1:
                raise ambiguous_output(output, group)
            if group:
                found[output] = group[0]
        if found:
            return found
    raise PairingError(
        f"no output begins with the name of a target. Outputs: {first_names(outputs)}; targets: "
        f"{first_names(targets)}. With --many, 0001_0.8_0.2 belongs to 0001. Say which belong together with "
        "--pairs FILE.csv, a table with the header output,target."
    )


def _longest(output: str, by_core: dict[str, list[str]]) -> list[str]:
    """Return the targets whose name, followed by a separator or a scale, is the longest beginning."""
    ends = [len(output), *(f.start() for f in re.finditer(r"[_\-. /]|x\d", output))]
    for end in sorted(ends, reverse=True):
        if output[:end] in by_core:
            return by_core[output[:end]]
    return []
