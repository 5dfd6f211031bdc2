"""The sets that are known by name: what `datasets.yaml` and plugins say of them.

Facts alone: listing sets reads YAML and nothing else. Loading lives in `load.py`.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from iqabench.errors import DuplicateNameError, FactsError, SetError, UnknownNameError
from iqabench.facts import read_yaml, validate
from iqabench.registry import load_entry_points
from iqabench.sets.facts import SetFacts

_PACKAGE = Path(__file__).parent.parent
_HERE = Path(__file__).parent


class Entry(NamedTuple):
    """A set and where it is declared."""

    facts: SetFacts
    path: Path
    """The YAML file."""
    folder: Path
    """Where its manifests and its shipped files lie."""


def catalogue_file() -> Path:
    """`datasets.yaml`: inside an installed package, else at the top of the checkout."""
    inside = _PACKAGE / "datasets.yaml"
    return inside if inside.is_file() else _PACKAGE.parent / "datasets.yaml"


def set_names() -> list[str]:
    """The names of all sets, those of `datasets.yaml` first and in its order."""
    return list(_entries())


def set_facts(name: str) -> SetFacts:
    """The facts of a set, by name or alias, in any case.

    Raises: UnknownNameError with suggestions.
    """
    return entry(name).facts


def entry(name: str) -> Entry:
    """A set and where it is declared, by name or alias.

    Raises: UnknownNameError with suggestions.
    """
    known = _by_any_name()
    if name.lower() not in known:
        hint = "'iqabench list sets' shows them all; a folder of images is a set too."
        raise UnknownNameError("set", name, known, hint)
    return known[name.lower()]


def known_as(name: str) -> tuple[Entry, str | None] | None:
    """The set that is meant by `urban100` or `urban100_x2`, and the level if one is named.

    Raises: SetError when the set lacks that level.
    """
    known = _by_any_name()
    if name.lower() in known:
        return known[name.lower()], None
    base, _, level = name.lower().rpartition("_")
    if base not in known:
        return None
    found = known[base]
    return found, level_of(found.facts, level)


def level_of(facts: SetFacts, level: str) -> str:
    """The level, if the set has it.

    Raises: SetError naming the levels that it has.
    """
    if level not in facts.levels:
        raise SetError(
            f"the set '{facts.name}' has no level '{level}'; it has {', '.join(facts.levels) or 'none'}."
        )
    return level


@cache
def _entries() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    places = [(catalogue_file(), _HERE)]
    for point in load_entry_points("iqabench.sets"):
        path = Path(str(point))
        places.append((path, path.parent))
    for path, folder in places:
        for item in _read(path, folder):
            if item.facts.name in found:
                raise DuplicateNameError(
                    f"two sets are called '{item.facts.name}': one in "
                    f"{found[item.facts.name].path}, one in {path}. Rename one of them."
                )
            found[item.facts.name] = item
    return found


def _read(path: Path, folder: Path) -> list[Entry]:
    data = read_yaml(path)
    if not isinstance(data, list):
        raise FactsError(f"{path}: expected a list of sets, each beginning with '- name:'.")
    return [Entry(validate(SetFacts, d, path, [i]), path, folder) for i, d in enumerate(data)]


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
