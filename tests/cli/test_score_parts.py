"""`iqabench score` with folders of parts: their options, and what is told of wrong ones."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.images import write_image

from .conftest import Call


@pytest.fixture
def folders(in_tmp: Path) -> Path:
    """Folders with outputs, two sources of each output, and a panchromatic image, in the current one."""
    draw = np.random.default_rng(2)
    for name in ("out/a", "src/a/1", "src/a/2", "pan/a"):
        pixels = draw.integers(0, 256, (16, 16, 1 if name == "pan/a" else 3), np.uint8)
        write_image(Path(f"{name}.png"), pixels)
    return in_tmp


def test_parts_are_named_by_their_roles(folders: Path, call: Call) -> None:
    options = ("--column", "fusion_mi", "--column", "d_s", "--device", "cpu", "--json")
    done = call("score", "out", "--input", "src", "--part", "pan=pan", *options)
    assert done.status == 0, done.err
    assert {row["column"]: row["n"] for row in done.rows} == {"fusion_mi@rgb": 1, "d_s@rgb": 1}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--column", "viff"], "and none is named. Name its folder with --input DIR"),
        (["--column", "qnr", "--input", "src"], "Name its folder with --part pan=DIR"),
        (["--column", "viff", "--part", "ms=src"], "sets call it 'input': --input DIR."),
        (["--column", "viff", "--part", "pan"], "'pan' is not ROLE=DIR; expected a text such as"),
        (["--column", "viff", "--input", "no"], "no does not exist; expected a folder of images."),
        (
            ["--column", "viff", "--input", "src", "--part", "input=src"],
            "the part 'input' is named twice; name one folder.",
        ),
        (
            ["--set", "demo", "--part", "mask=pan"],
            "demo is a set with parts of its own; leave --part out",
        ),
        (["--set", "demo", "--column", "viff"], "no output belongs to a target by its name"),
    ],
)
def test_wrong_parts_are_refused(words: list[str], told: str, folders: Path, call: Call) -> None:
    done = call("score", "out", *words, "--device", "cpu")
    assert done.status in (1, 2)  # data that is not there, or wrong usage
    assert told in done.err
