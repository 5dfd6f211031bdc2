"""Recipes: chains of degradations, decimal strengths, several made parts, seeds frame by frame."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.degradations.bicubic import bicubic
from iqabench.degradations.noise import noise
from iqabench.errors import SetError
from iqabench.sets import load_set
from iqabench.sets.facts import InputFacts
from iqabench.sets.recipe import recipe

from .conftest import Shelf, facts, picture


def steps(*several: dict[str, object]) -> tuple[InputFacts, ...]:
    return tuple(InputFacts.model_validate(step) for step in several)


def test_a_chain_runs_in_its_order_and_the_level_is_the_strength_that_is_not_stated() -> None:
    target = picture(16, 24)
    made = recipe(
        steps({"degradation": "bicubic"}, {"degradation": "noise", "sigma": 12.5, "seed": 3}),
        "x2", 2, luma_target=False,
    )  # fmt: skip
    expected = noise(bicubic(target, scale=2), sigma=12.5, seed=3)
    assert np.array_equal(made.input(target), expected)
    assert made.words == "bicubic version 1, scale 2, then noise version 1, seed 3, sigma 12.5"
    with pytest.raises(SetError, match="noise is random"):
        made.degrade_output(target)


def test_a_decimal_level_is_a_decimal_strength() -> None:
    target = picture(8, 8)
    made = recipe(steps({"degradation": "noise"}), "n12.5", 1, luma_target=False)
    assert np.array_equal(made.input(target), noise(target, sigma=12.5))


def test_no_degradation_and_no_known_degradation_are_two_things() -> None:
    target = picture(8, 8)
    assert np.array_equal(recipe((), "x2", 2, luma_target=False).input(target), target)
    with pytest.raises(SetError, match="does not say how its inputs are made"):
        recipe(None, "x2", 2, luma_target=False).input(target)


def test_the_facts_of_one_step_are_those_of_version_0_1() -> None:
    """The hash of a set is over them, and records are found by it."""
    made = recipe(steps({"degradation": "bicubic", "edge": "mirror"}), "x4", 4, luma_target=False)
    assert made.facts() == {
        "scale": 4,
        "luma_target": False,
        "degradation": ["bicubic", 1, ["edge", "mirror"], ["scale", 4]],
        "grey": [],
    }


def test_each_frame_of_a_clip_has_noise_of_its_own() -> None:
    target = picture(8, 8)
    made = recipe(steps({"degradation": "noise", "seed": 5}), "n10", 1, luma_target=False)
    assert np.array_equal(made.input(target, 0), noise(target, sigma=10, seed=5))
    assert np.array_equal(made.input(target, 2), noise(target, sigma=10, seed=7))


def test_further_parts_are_made_from_the_target(shelf: Shelf) -> None:
    shelf.add(picture(16, 16), "target", "a")
    shelf.declare(
        facts(
            task="rescale",
            input="[]",
            made="{low_target: [{degradation: bicubic, edge: mirror}]}",
        )
    )
    sample = load_set("mine").samples[0].load()
    assert sample.target is not None
    assert np.array_equal(sample.input, sample.target)
    assert np.array_equal(sample.parts["low_target"][0], bicubic(sample.target, scale=2))


def test_frames_of_a_manifest_become_a_clip(shelf: Shelf, tmp_path: Path) -> None:
    for t in range(3):
        shelf.add(picture(8, 8, seed=t), "target", f"walk{t}")
    lines = [line.split(",") for line in shelf.lines]
    shelf.lines = [
        ",".join([line[0], line[1], "walk", str(2 - t), *line[3:]]) for t, line in enumerate(lines)
    ]
    shelf.declare(facts(task="video_sr"))
    manifest = tmp_path / "manifests" / "mine.csv"
    manifest.write_text(manifest.read_text().replace("sample,path", "sample,frame,path", 1))
    (ref,) = load_set("mine").samples
    target = ref.load().parts["target"]
    assert target.shape == (3, 8, 8, 3)
    assert np.array_equal(target[0], picture(8, 8, seed=2))
