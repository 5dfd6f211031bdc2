"""The rules of the house: small functions, open names, and sentences that are whole.

A rule that is not yet kept everywhere has its remaining violations counted in `ratchets.toml`, by room
or by name. The counts may only fall. `python tests/benchmarks/house.py` prints the figures.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import house_language as language
import house_structure as structure
import pytest
from house_structure import Module

import iqabench

RATCHETS = Path(__file__).with_name("ratchets.toml")
LONGEST_FUNCTION = 50
LARGEST_FOLDER = 40
LATE_IMPORTS = 10
FRAGMENT_SHARE = 0.005
OPENING_SHARE = 0.03

Violations = list[tuple[str, object]]
"""The room or name that a violation is counted under, and where it stands."""


@cache
def package() -> list[Module]:
    return structure.read_package(Path(iqabench.__file__).parent)


def allowed(rule: str) -> dict[str, int]:
    counts: dict[str, int] = tomllib.loads(RATCHETS.read_text()).get(rule, {})
    return counts


def rooms_of(modules: Iterable[Module]) -> dict[str, str]:
    return {module.name: module.room for module in modules}


def by_room(found: Iterable[structure.Import]) -> Violations:
    rooms = rooms_of(package())
    return [(rooms[i.module], i) for i in found]


def long_functions() -> Violations:
    return [
        (module.room, f"{module.name}:{f.lineno} {f.name} has {structure.length(f)} lines")
        for module in package()
        for f in structure.functions(module)
        if structure.length(f) > LONGEST_FUNCTION
    ]


def excess(
    texts: list[language.Text],
    select: Callable[[list[language.Text]], list[language.Text]],
    share: float,
) -> Violations:
    """The chosen texts of each room, where they are more than their share."""
    total = Counter(text.module.room for text in texts)
    chosen = [(text.module.room, text) for text in select(texts)]
    count = Counter(room for room, _ in chosen)
    return [(room, text) for room, text in chosen if count[room] > share * total[room]]


def docstring_fragments() -> Violations:
    return excess(list(language.docstrings(package())), language.fragments, FRAGMENT_SHARE)


def docstring_openings() -> Violations:
    return excess(list(language.docstrings(package())), language.openings, OPENING_SHARE)


def help_texts() -> Violations:
    texts = list(language.help_texts(package()))
    return [(t.module.room, t) for t in language.fragments(texts) + language.openings(texts)]


def shared_class_names() -> Violations:
    found = structure.shared_class_names(package())
    return [(name, f"{name}: {', '.join(places)}") for name, places in found.items()]


RULES: dict[str, Callable[[], Violations]] = {
    "long_functions": long_functions,
    "late_imports": lambda: by_room(structure.late_imports(package())),
    "private_names": lambda: by_room(structure.private_names(package())),
    "private_modules": lambda: by_room(structure.private_modules(package())),
    "docstring_fragments": docstring_fragments,
    "docstring_openings": docstring_openings,
    "help_texts": help_texts,
    "shared_class_names": shared_class_names,
    "names_that_are_no_nouns": lambda: [(n, n) for n in language.misnamed(package())],
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_the_house(rule: str) -> None:
    limits = allowed(rule)
    places: dict[str, list[str]] = defaultdict(list)
    for key, place in RULES[rule]():
        places[key].append(str(place))
    wrong = [
        f"{rule}: {len(found)} in {key}, allowed are {limits.get(key, 0)}:\n  " + "\n  ".join(found)
        for key, found in places.items()
        if len(found) > limits.get(key, 0)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_ratchet_belongs_to_a_rule() -> None:
    assert set(tomllib.loads(RATCHETS.read_text())) <= set(RULES)


def test_no_import_cycles() -> None:
    assert structure.cycles(structure.edges(package())) == []
    assert structure.cycles(structure.room_edges(package())) == []


def test_flat_folders_stay_small() -> None:
    sizes = structure.folder_sizes(package())
    assert {folder: n for folder, n in sizes.items() if n > LARGEST_FOLDER} == {}


def test_a_cycle_would_be_found() -> None:
    needs = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}
    assert structure.cycles(needs) == [["b", "c"]]


def test_a_fragment_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(
        '"""Of the bootstrap."""\nSIZE = 3\n"""`By` sizes."""\n'
        'def f(help: str) -> None:\n    """Whether it holds."""\nf(help=f"As {SIZE}")\n'
    )
    modules = structure.read_package(tmp_path)
    texts = list(language.docstrings(modules))
    assert [t.first_word for t in texts] == ["Of", "By", "Whether"]
    assert len(language.fragments(texts)) == 2
    assert len(language.openings(texts)) == 1
    assert [t.first_word for t in language.help_texts(modules)] == ["As"]


def test_imports_inside_functions_are_few() -> None:
    assert len(structure.late_imports(package())) <= LATE_IMPORTS


def test_the_language_of_the_whole_package() -> None:
    texts = list(language.docstrings(package()))
    assert len(language.fragments(texts)) <= FRAGMENT_SHARE * len(texts)
    assert len(language.openings(texts)) <= OPENING_SHARE * len(texts)
