"""The outputs of a group of sets: a folder with a subfolder for each set."""

from collections.abc import Callable
from pathlib import Path

from iqabench.errors import FetchError, UsageError
from iqabench.run.outcome import Outcome
from iqabench.sets.group_facts import GroupFacts
from iqabench.sets.groups import missing_member

ScoreSet = Callable[[Path, str], Outcome]
"""A function that scores a folder of outputs against the set of an address."""


def score_group(outputs: Path, group: GroupFacts, score_set: ScoreSet) -> Outcome:
    """Score the subfolders of outputs, each against its set.

    Sets that the folder or this machine lacks are told as missing. A subfolder is called as the set is, with
    its level or without: cbsd68_n25, or cbsd68 where the group has one level of it only.

    Raises: UsageError where no set has a subfolder; FetchError where no set is here; what `score_set` raises.
    """
    folders = folders_of_group(outputs, group)
    outcomes: list[Outcome] = []
    missing = [
        f"{address}, of the group {group.name}: there are no outputs in {outputs / address}. Put them there, "
        "and type the same command again."
        for address in group.sets
        if address not in folders
    ]
    for address, folder in folders.items():
        try:
            outcomes.append(score_set(folder, address))
        except FetchError as error:
            missing.append(missing_member(group, address, error))
    if not outcomes:
        raise FetchError("\n".join(missing))
    return Outcome.joined([*outcomes, Outcome(missing=missing)])


def folders_of_group(outputs: Path, group: GroupFacts) -> dict[str, Path]:
    """Return the subfolder of each set that has one, by the address of the set.

    Raises: UsageError where no set has one.
    """
    names = [address.rpartition("_")[0] or address for address in group.sets]
    places = {
        address: next(
            (outputs / n for n in (address, *_short(name, names)) if (outputs / n).is_dir()), None
        )
        for address, name in zip(group.sets, names, strict=True)
    }
    found = {address: place for address, place in places.items() if place is not None}
    if not found:
        raise UsageError(
            f"{outputs} has no folder of outputs for any set of the group {group.name}; expected "
            f"{', '.join(str(outputs / address) for address in group.sets)}. Outputs that "
            "'iqabench run --save-outputs' wrote know their sets: leave --set out."
        )
    return found


def _short(name: str, names: list[str]) -> list[str]:
    """Return the name of a set without its level, where it means one set of the group only."""
    return [name] if names.count(name) == 1 else []
