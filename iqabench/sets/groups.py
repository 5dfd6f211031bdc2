"""The loading of groups: every set of a group that is here, under the group's protocol."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from iqabench.errors import FetchError
from iqabench.images import AS_STORED, ReadOptions
from iqabench.sets.catalogue import group_of
from iqabench.sets.group_facts import GroupFacts
from iqabench.sets.load import load_set
from iqabench.sets.sample_set import SampleSet


@dataclass(frozen=True)
class NamedSet:
    """A set that a user asked for, by its own name or by that of a group."""

    address: str
    group: GroupFacts | None = None


def named_sets(names: Iterable[str]) -> list[NamedSet]:
    """Return each set once, those of groups in the order of their group."""
    every = []
    for name in names:
        group = group_of(name)
        every += [NamedSet(one, group) for one in group.sets] if group else [NamedSet(name)]
    return list(dict.fromkeys(every))


def load_sets(
    wanted: Sequence[NamedSet],
    scale: int | None = None,
    *,
    fetch: bool = True,
    reading: ReadOptions = AS_STORED,
) -> list[SampleSet]:
    """Return the sets; what a group lacks is told as missing by the sets of it that are here.

    Raises: as `load_set`; FetchError when nothing of a group is here.
    """
    loaded: list[tuple[NamedSet, SampleSet]] = []
    lacking: dict[GroupFacts, list[str]] = {}
    for one in wanted:
        try:
            images = load_set(one.address, scale, fetch=fetch, reading=reading)
        except FetchError as error:
            if one.group is None:
                raise
            lacking.setdefault(one.group, []).append(missing_member(one.group, one.address, error))
            continue
        loaded.append((one, replace(images, protocol=one.group.protocol) if one.group else images))
    for group, sentences in lacking.items():
        if len(sentences) == len(group.sets):
            raise FetchError("\n".join(sentences))
    return [
        replace(images, missing=(*images.missing, *lacking.get(one.group, ())))
        if one.group
        else images
        for one, images in loaded
    ]


def missing_member(group: GroupFacts, address: str, error: Exception) -> str:
    """Return the sentences on a set of a group that is not here: the reason, and what to type."""
    reason = str(error).splitlines()[0].rstrip(".:")
    if "'iqabench fetch" in reason:
        return f"{address}, of the group {group.name}: {reason}."
    return (
        f"{address}, of the group {group.name}: {reason}. Type 'iqabench fetch {address}', or "
        f"'iqabench fetch {address} --from FOLDER' with files that you have."
    )
