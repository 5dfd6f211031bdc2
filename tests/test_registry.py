"""The registry: folder scan, entry points, duplicates, suggestions."""

import importlib.metadata
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from iqabench.errors import DuplicateNameError, FactsError, UnknownNameError
from iqabench.registry import Registry

Function = Callable[[], int]

ROOM = """
from {name}._registry import registry
def {part}() -> int:
    return {value}
registry.add("{part}", {part}, __file__)
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A package that is a room of its own."""
    name = f"room_{abs(hash(request.node.name))}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "_registry.py").write_text(
        f"from iqabench.registry import Registry\nregistry = Registry('part', '{name}', '{name}')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def add(room: Path, file: str, part: str, value: int) -> None:
    (room / f"{file}.py").write_text(ROOM.format(name=room.name, part=part, value=value))


def registry_of(room: Path) -> Registry[Function]:
    module = __import__(f"{room.name}._registry", fromlist=["registry"])
    found: Registry[Function] = module.registry
    return found


def test_a_new_file_is_a_new_part(room: Path) -> None:
    add(room, "one", "one", 1)
    add(room, "_hidden", "hidden", 2)
    found = registry_of(room)
    assert found.names() == ["one"]
    assert found.get("one")() == 1
    assert found.origin("one").endswith("one.py")


def test_nothing_is_imported_before_the_first_look_up(room: Path) -> None:
    add(room, "one", "one", 1)
    found = registry_of(room)
    assert f"{room.name}.one" not in sys.modules
    found.names()
    assert f"{room.name}.one" in sys.modules


def test_a_name_imports_its_own_module_first(room: Path) -> None:
    add(room, "one", "one", 1)
    add(room, "two", "two", 2)
    add(room, "three", "another", 3)
    found = registry_of(room)
    assert found.get("one")() == 1
    assert f"{room.name}.two" not in sys.modules
    assert found.find("another") is None  # its module has another name
    assert found.get("another")() == 3
    assert f"{room.name}.two" in sys.modules
    assert found.find("two") is not None


def test_a_plugin_with_the_name_of_a_module_is_a_duplicate(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(room, "one", "one", 1)
    outside = room.parent / f"{room.name}_same.py"
    outside.write_text(ROOM.format(name=room.name, part="one", value=7))
    monkeypatch.setattr(
        "iqabench.registry.entry_points", lambda group: entry_point(room, outside.stem)
    )
    with pytest.raises(DuplicateNameError, match=r"(?s)one\.py.*_same\.py"):
        registry_of(room).get("one")


def test_duplicates_name_both_files(room: Path) -> None:
    add(room, "first", "same", 1)
    add(room, "second", "same", 2)
    with pytest.raises(DuplicateNameError, match=r"(?s)first\.py.*second\.py"):
        registry_of(room).names()


def test_unknown_names_get_suggestions(room: Path) -> None:
    add(room, "psnr", "psnr", 1)
    with pytest.raises(UnknownNameError, match="Did you mean 'psnr'"):
        registry_of(room).get("pnsr")


def entry_point(room: Path, module: str) -> importlib.metadata.EntryPoints:
    point = importlib.metadata.EntryPoint(module, f"{module}:thing", room.name)
    return importlib.metadata.EntryPoints([point])


def test_entry_points_add_parts(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = room.parent / f"{room.name}_outside.py"
    outside.write_text(ROOM.format(name=room.name, part="far", value=7) + "thing = far\n")
    monkeypatch.setattr(
        "iqabench.registry.entry_points", lambda group: entry_point(room, outside.stem)
    )
    assert registry_of(room).get("far")() == 7


def test_a_plugin_that_fails_is_named(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (room.parent / f"{room.name}_broken.py").write_text("raise RuntimeError('no licence')")
    monkeypatch.setattr(
        "iqabench.registry.entry_points", lambda group: entry_point(room, f"{room.name}_broken")
    )
    found = registry_of(room)
    with pytest.raises(FactsError, match=r"_broken.*RuntimeError: no licence"):
        found.names()
    with pytest.raises(FactsError):  # and again: a failed scan is not taken for a complete one
        found.names()
