"""The contents of cards that are kept: the same as those of the files, and read again when these change."""

from pathlib import Path
from typing import Any

import pytest

from iqabench.facts import read_yaml
from iqabench.models.core import card_cache
from iqabench.models.core.card_cache import CardCache


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Return the list to which each reading of YAML adds its file; two files are many."""
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(card_cache, "_MANY", 2)
    paths: list[Path] = []

    def counted(path: Path) -> Any:
        paths.append(path)
        return read_yaml(path)

    monkeypatch.setattr(card_cache, "read_yaml", counted)
    return paths


def contents(paths: list[Path]) -> list[Any]:
    cache = CardCache()
    found = [cache.content(path) for path in paths]
    cache.write()
    return found


def test_a_card_is_read_once_until_it_changes(tmp_path: Path, read: list[Path]) -> None:
    paths = [tmp_path / f"{name}.yaml" for name in "abc"]
    for path in paths:
        path.write_text(f"members: [{{id: {path.stem}, scale: 3/2}}]\n")
    first = contents(paths)
    assert (first, len(read)) == (contents(paths), 3)
    paths[0].write_text("members: [{id: other}]\n")
    assert contents(paths) == [{"members": [{"id": "other"}]}, *first[1:]]
    assert len(read) == 4


def test_what_json_cannot_hold_is_read_each_time(tmp_path: Path, read: list[Path]) -> None:
    paths = [tmp_path / f"{name}.yaml" for name in "ab"]
    paths[0].write_text("day: 2026-01-01\n")
    paths[1].write_text("1: one\n")
    assert contents(paths) == contents(paths)
    assert len(read) == 4


@pytest.mark.parametrize("text", ["", "[]", '{"version": 99}', '{"version": 1, "files": 3}'])
def test_a_damaged_cache_is_no_cache(tmp_path: Path, read: list[Path], text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("id: a\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "cards.json").write_text(text)
    assert contents([path]) == [{"id": "a"}]
    assert read == [path]
