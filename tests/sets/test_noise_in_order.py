"""Noise that goes on from image to image: a set knows what was drawn before each of its samples."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import SetError
from iqabench.images import Image, read_image, write_image
from iqabench.sets import set_facts
from iqabench.sets.facts import InputFacts
from iqabench.sets.load import in_order_of_drawing
from iqabench.sets.place import Place
from iqabench.sets.recipe import Recipe, recipe
from iqabench.sets.sample import SampleRef

NAMES = ("9", "10", "2")
"""The names in the order of the set, which is not that of a sorted listing."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    for at, name in enumerate(NAMES):
        image = rng.integers(0, 256, (35 + 7 * at, 50 + at, 3), dtype=np.uint8)
        write_image(tmp_path / f"{name}.png", image)
    return tmp_path


def steps(multiple: int = 16) -> Recipe:
    facts = InputFacts.model_validate(
        {"degradation": "noise", "seed": 0, "recipe": "truncated-in-order"}
    )
    return recipe(facts, "n25", 1, luma_target=False, multiple=multiple)


def samples(folder: Path) -> list[SampleRef]:
    places = {name: Place(folder / f"{name}.png", name) for name in NAMES}
    return [SampleRef(name, steps(), {"target": (places[name],)}) for name in NAMES]


def cropped(image: Image) -> Image:
    """Return the part that PromptIR's crop_img keeps."""
    height, width = image.shape[0] % 16, image.shape[1] % 16
    bottom, right = image.shape[0] - height + height // 2, image.shape[1] - width + width // 2
    return image[height // 2 : bottom, width // 2 : right]


def test_inputs_are_those_of_a_loop_over_the_sorted_names(folder: Path) -> None:
    np.random.seed(0)
    expected = {}
    for sigma in (15, 25):  # the second level goes on where the first ended
        for name in sorted(NAMES):
            target = cropped(read_image(folder / f"{name}.png"))
            noisy = target + np.random.randn(*target.shape) * sigma
            expected[name] = target, np.clip(noisy, 0, 255).astype(np.uint8)
    for reference in in_order_of_drawing(samples(folder), 1):
        sample = reference.load()
        assert np.array_equal(np.asarray(sample.target), expected[reference.name][0])
        assert np.array_equal(sample.input, expected[reference.name][1])


def test_files_of_inputs_are_cropped_like_targets(folder: Path) -> None:
    place = Place(folder / "9.png", "9")
    files = {"input": (place,), "target": (place,)}
    sample = SampleRef("9", Recipe(1, multiple=16), files).load()
    assert sample.input.shape == (32, 48, 3)
    assert np.array_equal(sample.input, np.asarray(sample.target))


def test_an_image_that_the_crop_leaves_nothing_of_is_named(tmp_path: Path) -> None:
    write_image(tmp_path / "small.png", np.zeros((12, 40, 3), np.uint8))
    files = {"target": (Place(tmp_path / "small.png", "small.png"),)}
    with pytest.raises(SetError, match=r"small.png is 40x12 pixels; .* multiples of 16"):
        SampleRef("small", steps(), files).load()


def test_sets_say_which_noise_their_tables_have() -> None:
    facts = set_facts("cbsd68-allinone")
    assert facts.multiple == 16
    assert facts.notes.startswith("CBSD68 as AirNet, PromptIR")
    assert all(set_facts(name).notes for name in ("kodak24", "mcmaster", "cbsd68"))


def test_the_recipe_counts_in_the_hash_and_old_hashes_stay() -> None:
    assert (
        steps().hash
        != recipe(
            InputFacts.model_validate({"degradation": "noise", "seed": 0}),
            "n25",
            1,
            luma_target=False,
        ).hash
    )
    assert "multiple" not in Recipe(1).facts()
    assert Recipe(1, multiple=16).facts()["multiple"] == 16
