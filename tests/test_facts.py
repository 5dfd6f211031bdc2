"""Mistakes in YAML are reported with file, line and key."""

from pathlib import Path

import pytest

from iqabench.errors import FactsError
from iqabench.facts import Facts, read_yaml, validate


class Inner(Facts):
    size: int


class Outer(Facts):
    name: str
    parts: tuple[Inner, ...] = ()


def check(tmp_path: Path, text: str) -> Outer:
    path = tmp_path / "facts.yaml"
    path.write_text(text)
    return validate(Outer, read_yaml(path), path)


def test_good_facts_are_read(tmp_path: Path) -> None:
    assert check(tmp_path, "name: a\nparts:\n  - size: 3\n").parts[0].size == 3


def test_a_wrong_value_is_found_in_its_line(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match=r"facts\.yaml:4: parts\.1\.size: .*integer"):
        check(tmp_path, "name: a\nparts:\n  - size: 3\n  - size: many\n")


def test_an_unknown_key_is_found_in_its_line(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match=r"facts\.yaml:2: colour: Extra inputs"):
        check(tmp_path, "name: a\ncolour: red\n")


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match=r"facts\.yaml:1: name: Field required"):
        check(tmp_path, "parts: []\n")


@pytest.mark.parametrize("text", ["a: [1, 2", "a: b: c", "\ta: 1"])
def test_what_is_not_yaml_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(FactsError, match=r"facts\.yaml:\d+: this is not YAML"):
        check(tmp_path, text)


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")
