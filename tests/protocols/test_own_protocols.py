"""Protocols of the user and of other packages: found by name, never in place of a known one."""

import os
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from iqabench import registry
from iqabench.cli.main import cli
from iqabench.errors import DuplicateNameError, FactsError, IqabenchError, UnknownNameError
from iqabench.metrics import column
from iqabench.protocols import catalogue, protocol, protocol_file, protocols

MINE = """\
- name: my-y
  version: 1
  summary: Luma, shaved by 6 pixels.
  source: a page of my own
  channels: luma-studio
  shave_pixels: 6
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that IQABENCH_PROTOCOLS names."""
    folder = tmp_path / "protocols"
    folder.mkdir()
    monkeypatch.setenv("IQABENCH_PROTOCOLS", str(folder))
    return folder


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_folder_of_files(place: Path) -> None:
    file = written(place, MINE)
    written(place, MINE.replace("my-y", "my-other"), "other.yml")
    assert protocol("my-y").shave(4) == 6
    assert list(protocols())[-2:] == ["my-y", "my-other"]
    assert protocol_file("my-y") == file.resolve()
    assert protocol_file("sr-y") == protocol_file("model:rcan") != file
    assert column("psnr@my-y").protocol.hash == protocol("my-y").hash


def test_several_places(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(place, MINE)
    file = written(tmp_path, MINE.replace("my-y", "their-y"), "theirs.yaml")
    monkeypatch.setenv("IQABENCH_PROTOCOLS", os.pathsep.join([str(place), str(file), str(file)]))
    assert {"my-y", "their-y"} < set(protocols())


def test_without_the_variable_they_are_unknown(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(place, MINE)
    assert "my-y" in protocols()
    monkeypatch.delenv("IQABENCH_PROTOCOLS")
    with pytest.raises(UnknownNameError, match="no protocol is called 'my-y'"):
        protocol("my-y")


def test_another_package_brings_some(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(place.parent, MINE)

    class Announced(EntryPoint):
        def load(self) -> Any:
            return file

    def points(group: str) -> list[EntryPoint]:
        return [Announced("mine", "package:FILE", group)] if group == "iqabench.protocols" else []

    monkeypatch.setattr(registry, "entry_points", points)
    assert protocol_file("my-y") == file.resolve()


@pytest.mark.parametrize("name", ["sr-y", "my-y"])
def test_a_known_name_keeps_its_meaning(place: Path, name: str) -> None:
    first = Path(catalogue.__file__).with_name("protocols.yaml")
    if name == "my-y":
        first = written(place, MINE, "a.yaml").resolve()
    second = written(place, MINE.replace("my-y", name), "b.yaml")
    with pytest.raises(DuplicateNameError) as caught:
        protocols()
    for part in (f"'{name}' is defined twice", str(first), str(second), "rename the second one"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("name: my-y", FactsError, r"mine\.yaml:1: expected a list of protocols"),
        ("", FactsError, r"mine\.yaml:1: expected a list of protocols"),
        ("- name: [", FactsError, r"mine\.yaml:2: this is not YAML"),
        (MINE + "  crop: 4\n", FactsError, r"mine\.yaml:7: 0\.crop: Extra inputs"),
        (
            MINE.replace("luma-studio", "hsv"),
            FactsError,
            r"mine\.yaml:5: 0\.channels: Input should be",
        ),
        (
            MINE.replace("my-y", "my:y"),
            FactsError,
            r"mine\.yaml:1: 'my:y' is no name for a protocol",
        ),
        (MINE.replace("my-y", "my@y"), FactsError, "letters, digits, dots"),
        (
            MINE + "  colour: my-rgb\n",
            FactsError,
            "'my-y' says colour: my-rgb, which is no protocol",
        ),
        (MINE + MINE, DuplicateNameError, "is defined twice"),
    ],
)
def test_a_wrong_file_is_refused(
    place: Path, text: str, error: type[IqabenchError], message: str
) -> None:
    written(place, text)
    with pytest.raises(error, match=message):
        protocols()


def test_a_place_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IQABENCH_PROTOCOLS", "/nowhere/mine.yaml")
    with pytest.raises(FactsError, match=r"IQABENCH_PROTOCOLS names /nowhere/mine\.yaml"):
        protocols()


def test_list_and_show_say_where_each_comes_from(place: Path) -> None:
    file = written(place, MINE).resolve()
    listed = CliRunner().invoke(cli, ["list", "protocols", "--csv"])
    assert listed.exit_code == 0, listed.output
    lines = {line.split(",")[0]: line for line in listed.output.splitlines()}
    assert str(file) in lines["my-y"]
    assert ",iqabench," in lines["sr-y"]
    shown = CliRunner().invoke(cli, ["show", "protocol", "my-y", "--json"])
    assert f'"file": "{file}"' in shown.output
