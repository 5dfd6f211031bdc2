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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: 2020-13-45", r":1: this is not YAML: this value cannot be read: month must be in"),
        ("name: !!timestamp abc", ":1: this is not YAML: this value cannot be read"),
        (
            "name: a\nparts: " + "9" * 5000,
            ":2: this is not YAML: this value cannot be read: Exceeds",
        ),
        ("name: !!float abc", "this value cannot be read"),
        ("name: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("name: a\nparts: []\nname: b", ":3: this is not YAML: the key 'name' stands here twice"),
        ("name: &a [*a]", ":1: this is not YAML: this alias contains itself"),
        ("name: " + "[" * 900 + "]" * 900, "nested too deeply|valid string"),
        ("name: " + "[" * 100_000, "exceeded maximum nesting depth"),
        (
            "l0: &l0 [x, x]\n"
            + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 20)),
            "it holds [0-9]+ values; expected at most",
        ),
        ("\x00", "this is not YAML"),
        ("name: \udcff", "this is not YAML"),
    ],
)
def test_values_that_harm_are_told_with_their_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "facts.yaml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(FactsError, match=told):
        validate(Outer, read_yaml(path), path)


def test_of_many_mistakes_the_first_are_printed(tmp_path: Path) -> None:
    text = "name: a\n" + "".join(f"unknown_{n}: {n}\n" for n in range(20_000))
    with pytest.raises(FactsError) as told:
        check(tmp_path, text)
    lines = str(told.value).splitlines()
    assert "facts.yaml:2: unknown_0: Extra inputs" in lines[0]
    assert (len(lines), lines[-1]) == (11, "... and 19990 more mistakes.")


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")
