"""The samples of a folder with a subfolder for each role: files of one sample are found by their names.

`FOLDER/pairs.csv`, a table with the header `input,target`, says which belong together where names do not, and
where several inputs have one target.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from iqabench.errors import SetError
from iqabench.pairing import NamesError, PairsFile, pair_names, read_pairs
from iqabench.sets.place import Place

PAIRS = "pairs.csv"
"""The name of the file that says which input belongs to which target."""

Frames = tuple[Place, ...]
"""The frames of one part; an image is a clip of one frame."""


@dataclass
class FolderSamples:
    """The parts of the samples of a folder."""

    parts: dict[str, dict[str, Frames]]
    """The parts by role, then by the name of the sample."""
    rules: list[str] = field(default_factory=list)
    """The rules by which names that are not equal were paired, in words."""


def samples_of_roles(folder: Path, parts: Mapping[str, dict[str, Frames]]) -> FolderSamples:
    """Return the parts of each role by the names of samples.

    Names are those of the targets, or of the inputs where there are no targets.

    Raises: SetError when names cannot be paired, or are ambiguous; PairingError for a wrong `pairs.csv`.
    """
    parts = dict(parts)
    rules: list[str] = []
    if (folder / PAIRS).is_file() and {"input", "target"} <= set(parts):
        pairs = read_pairs(folder / PAIRS, ("input", "target"))
        parts["input"], parts["target"] = _explicit(folder, pairs, parts["input"], parts["target"])
    if _differ(parts):
        parts = {role: _without_scales(of_role) for role, of_role in parts.items()}
    if _differ(parts):
        base = "target" if "target" in parts else "input"
        for role in parts:
            if role != base:
                parts[role], told = _renamed(folder, role, base, parts)
                rules += told
    return FolderSamples(parts, list(dict.fromkeys(rules)))


def _differ(parts: Mapping[str, dict[str, Frames]]) -> bool:
    return len({frozenset(of_role) for of_role in parts.values()}) > 1


def _renamed(
    folder: Path, role: str, base: str, parts: Mapping[str, dict[str, Frames]]
) -> tuple[dict[str, Frames], list[str]]:
    """Return the parts of a role by the names of the base role, and the rules in words."""
    of_role = parts[role]
    try:
        pairing = pair_names(of_role, parts[base])
    except NamesError as error:
        if role != "input":
            return of_role, []  # each sample says what it lacks
        reason = error.reason.replace("output", role).replace("target", base)
        raise SetError(
            f"{folder}: {reason} Give both the same name, or write {folder / PAIRS}, a table with the "
            "header input,target that says which belong together."
        ) from error
    new_names = {name: target for target, name in pairing.pairs.items()}
    rules = [f"{role} and {base} are paired by: {rule}" for rule in pairing.rules]
    return {new_names.get(name, name): frames for name, frames in of_role.items()}, rules


def _explicit(
    folder: Path, pairs: PairsFile, inputs: dict[str, Frames], targets: dict[str, Frames]
) -> tuple[dict[str, Frames], dict[str, Frames]]:
    """Return inputs and targets by names that a file of pairs gives them.

    Where a target has several inputs, samples have the names of their inputs.
    """
    of_input = pairs.names("input", _spellings(inputs), str(folder / "input"))
    of_target = pairs.names("target", _spellings(targets), str(folder / "target"))
    pairs.require_single(of_input, "input")
    is_many = len(set(of_target.values())) < len(of_target)
    names = {row: of_input[row] if is_many else of_target[row] for row in of_input}
    used_inputs, used_targets = set(of_input.values()), set(of_target.values())
    unused_inputs = {n: f for n, f in inputs.items() if n not in used_inputs}
    unused_targets = {n: f for n, f in targets.items() if n not in used_targets}
    return (
        {names[row]: inputs[name] for row, name in of_input.items()} | unused_inputs,
        {names[row]: targets[name] for row, name in of_target.items()} | unused_targets,
    )


def _spellings(parts: Mapping[str, Frames]) -> dict[str, str]:
    """Return the names of parts by what a file of pairs may call them: the file or the folder of the clip."""
    spellings = {}
    for name, frames in parts.items():
        path = frames[0].path
        is_file = path is not None and path.stem == name
        spellings[path.name if is_file and path is not None else name] = name
    return spellings


def _without_scales(parts: dict[str, Frames]) -> dict[str, Frames]:
    """Return parts by names without the scale at their end, when these names are distinct."""
    bare = {re.sub(r"[_-]?x\d$", "", name): frames for name, frames in parts.items()}
    return bare if len(bare) == len(parts) else parts


def lacks(
    name: str, folder: Path, roles: Sequence[str], parts: Mapping[str, dict[str, Frames]]
) -> str:
    """Return the reason why a sample cannot be loaded, as it lacks a part; empty when it lacks none."""
    missing = [role for role in roles if name not in parts[role]]
    if not missing:
        return ""
    role = missing[-1]
    return f"'{name}' has no {role}: {folder / role} holds no image of that name."
