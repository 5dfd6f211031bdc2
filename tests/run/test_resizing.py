"""A run and a score under a protocol that resizes images before use, and what they say of it."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.images import Case, Image, read_image, resized, write_image
from iqabench.metrics import column
from iqabench.metrics.core.column import scores
from iqabench.run import score_folder, targets_of_folder
from iqabench.store import Store

from .part_runs import fetch, run

SAID = "are resized to multiples of 16 pixels, 1024 at most, before use, because its papers did"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Image, Image]:
    """The input and the target of 61x45 in the folders of those names."""
    rng = np.random.default_rng(1)
    for role in ("input", "target"):
        pixels = rng.integers(0, 256, (45, 61, 3), dtype=np.uint8)
        write_image(tmp_path / "set" / role / "a.png", pixels)
    return read_image(tmp_path / "set/input/a.png"), read_image(tmp_path / "set/target/a.png")


def on_luma(output: Image, target: Image) -> float:
    return scores([column("psnr@y")], Case(output, target, 1))[0]


def test_a_run_restores_the_resized_image_and_says_so(
    tmp_path: Path, pair: tuple[Image, Image]
) -> None:
    outcome = run(tmp_path / "store", "identity", tmp_path / "set", ["psnr@snow", "psnr@y"])
    expected = {"psnr@snow": on_luma(*map(resized, pair)), "psnr@y": on_luma(*pair)}
    assert dict(fetch(tmp_path / "store", '"column", value')) == expected
    assert [note for note in outcome.notes if SAID in note] == [
        f"protocol snow: inputs and targets of set {SAID}; for figures of the images as they are name "
        "another protocol, such as y."
    ]


def test_outputs_of_resized_images_are_scored_against_resized_targets(
    tmp_path: Path, pair: tuple[Image, Image]
) -> None:
    write_image(tmp_path / "outputs" / "a.png", resized(pair[0]))
    targets = targets_of_folder(tmp_path / "set" / "target", 1)
    store = Store(tmp_path / "store")
    outcome, _ = score_folder(tmp_path / "outputs", targets, store, ["psnr@snow"], device="cpu")
    assert fetch(tmp_path / "store", "value") == [(on_luma(*map(resized, pair)),)]
    assert sum(SAID in note for note in outcome.notes) == 1
