"""Sets whose files are known by folder and name: two layouts, a list of samples, and what goes wrong."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from iqabench.cli.main import cli
from iqabench.sets import load_set

from .conftest import Shelf, facts, picture, write

SAMPLES = ("1", "22", "30", "31")
NAMED = (
    "[{role: input, name: 'eval/low/{sample}.png', also: ['Test/input/{sample}.png']},"
    " {role: target, name: 'eval/high/{sample}.png', also: ['Test/target/{sample}.png']}]"
)


@pytest.fixture
def folder(shelf: Shelf) -> Path:
    """Return an empty folder for files of a declared set whose inputs and targets have equal names."""
    shelf.declare(
        facts(
            task="low_light",
            size="4",
            levels="[]",
            level="''",
            protocol="lol",
            input="",
            files="",
            samples="1, 22, 30-31",
            named=NAMED,
        )
    )
    return shelf.folder / "unpacked"


def fill(folder: Path, low: str, high: str) -> None:
    for number, sample in enumerate(SAMPLES):
        target = picture(30, 40, seed=number)
        write(folder / low / f"{sample}.png", target // 5)
        write(folder / high / f"{sample}.png", target)


def fetched(folder: Path) -> str:
    result = CliRunner().invoke(cli, ["fetch", "mine", "--from", str(folder)])
    return result.output if result.exit_code == 0 else f"{result.output}{result.exception}"


@pytest.mark.parametrize(
    ("low", "high"), [("LOL/eval/low", "LOL/eval/high"), ("LOLv1/Test/input", "LOLv1/Test/target")]
)
def test_both_layouts_give_the_same_pairs(folder: Path, low: str, high: str) -> None:
    fill(folder, low, high)
    write(folder / "train/low/1.png", picture(30, 40, seed=9))  # the same name, elsewhere
    assert "8 files adopted, 0 were here, 0 still missing" in fetched(folder)
    samples = load_set("mine").samples
    assert [sample.name for sample in samples] == list(SAMPLES)
    parts = samples[0].load().parts
    assert np.array_equal(parts["target"][0], picture(30, 40, seed=0))
    assert np.array_equal(parts["input"][0], picture(30, 40, seed=0) // 5)


def test_files_of_other_folders_are_not_taken(folder: Path) -> None:
    fill(folder, "train/low", "train/high")
    said = fetched(folder)
    assert "0 files adopted, 0 were here, 8 still missing" in said
    assert "mine/eval/low/1.png" in said
