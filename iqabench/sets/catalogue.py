"""The catalogue of named sets and of groups of them: the facts of `datasets.yaml` and of plugins.

Listing sets reads YAML only. `load.py` loads their samples, `groups.py` those of groups.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from iqabench.errors import DuplicateNameError, FactsError, SetError, UnknownNameError
from iqabench.facts import read_yaml, validate
from iqabench.registry import load_entry_points
from iqabench.sets.facts import SetFacts
from iqabench.sets.group_facts import GroupFacts
from iqabench.tasks import task_named

_PACKAGE_FOLDER = Path(__file__).parent.parent
_SETS_FOLDER = Path(__file__).parent


class Entry(NamedTuple):
    """A set and the place of its declaration."""

    facts: SetFacts
    path: Path
    """The YAML file."""
    folder: Path
    """The folder with its manifests and with the files that ship with it."""


def catalogue_file() -> Path:
    """Return the path of `datasets.yaml`: inside an installed package, else at the top of the checkout."""
    inside = _PACKAGE_FOLDER / "datasets.yaml"
    return inside if inside.is_file() else _PACKAGE_FOLDER.parent / "datasets.yaml"


def set_names() -> list[str]:
    """Return the names of all sets, those of `datasets.yaml` first and in its order."""
    return list(_entries())


def set_groups() -> dict[str, GroupFacts]:
    """Return the groups of sets by name, in the order of their files."""
    return _declared().groups


def group_of(name: str) -> GroupFacts | None:
    """Return the group with this name, in upper or lower case; None where there is none."""
    return set_groups().get(name.lower())


def set_facts(name: str) -> SetFacts:
    """Return the facts of a set by name or alias, in upper or lower case.

    Raises: UnknownNameError with suggestions.
    """
    return entry(name).facts


def entry(name: str) -> Entry:
    """Return the entry of a set by name or alias.

    Raises: UnknownNameError with suggestions; SetError for the name of a group.
    """
    if group := group_of(name):
        raise SetError(
            f"'{name}' is a group of {len(group.sets)} sets, and one set is needed here: "
            f"{', '.join(group.sets)}. 'iqabench run' and 'iqabench score' take the whole group."
        )
    known = _by_any_name()
    if name.lower() not in known:
        hint = "'iqabench list sets' shows all of them; a folder of images is a set too."
        raise UnknownNameError("set", name, known, hint)
    return known[name.lower()]


def find_entry(name: str) -> tuple[Entry, str | None] | None:
    """Return the set that a name such as `urban100` or `urban100_x2` means, and its level if it has one.

    The result is None when no set has that name.

    Raises: SetError when the set lacks that level.
    """
    known = _by_any_name()
    if name.lower() in known:
        return known[name.lower()], None
    base, _, level = name.lower().rpartition("_")
    if base not in known:
        return None
    return known[base], level_of(known[base].facts, level)


def level_of(facts: SetFacts, level: str) -> str:
    """Return the level when the set has it; x4 is the first of x4-l1, x4-l2 ..., or the default.

    Raises: SetError with the levels that the set has.
    """
    notation = task_named(facts.task).level
    if level in facts.levels:
        return level
    if notation is not None and notation.choice:
        for each in (facts.level, *facts.levels):
            if notation.split(each)[0] == level:
                return each
    raise SetError(
        f"the set '{facts.name}' has no level '{level}'; it has {', '.join(facts.levels) or 'none'}."
    )


class Declared(NamedTuple):
    """The sets and the groups of all files, by name."""

    sets: dict[str, Entry]
    groups: dict[str, GroupFacts]


def _entries() -> dict[str, Entry]:
    return _declared().sets


@cache
def _declared() -> Declared:
    declared = Declared({}, {})
    places = [(catalogue_file(), _SETS_FOLDER)]
    for point in load_entry_points("iqabench.sets"):
        path = Path(str(point))
        places.append((path, path.parent))
    origin: dict[str, Path] = {}
    for path, folder in places:
        for item in _read(path, folder):
            name = item.name if isinstance(item, GroupFacts) else item.facts.name
            if name in origin:
                raise DuplicateNameError(
                    f"two sets are called '{name}': one in {origin[name]}, one in {path}. Rename one of them."
                )
            origin[name] = path
            if isinstance(item, GroupFacts):
                declared.groups[name] = item
            else:
                declared.sets[name] = item
    return declared


def _read(path: Path, folder: Path) -> Iterator[Entry | GroupFacts]:
    """Yield what a file declares: an item with `sets` is a group, any other a set."""
    data = read_yaml(path)
    if not isinstance(data, list):
        raise FactsError(f"{path}: expected a list of sets, each beginning with '- name:'.")
    for at, facts in enumerate(data):
        if isinstance(facts, dict) and "sets" in facts:
            yield validate(GroupFacts, facts, path, [at])
        else:
            yield Entry(validate(SetFacts, facts, path, [at]), path, folder)


@cache
def _by_any_name() -> dict[str, Entry]:
    entries = _entries()
    known = dict(entries)
    for item in entries.values():
        for alias in item.facts.aliases:
            if alias in known:
                raise DuplicateNameError(
                    f"{item.path}: the alias '{alias}' of '{item.facts.name}' already names "
                    f"the set '{known[alias].facts.name}'. Choose another."
                )
            known[alias] = item
    return known
