"""The arguments of metrics, and the values that metrics share."""

import numpy as np

from iqabench.images import Pair


def test_values_are_counts_times_unit_plus_offset() -> None:
    output, target = np.array([[[[0], [10]]], [[[20], [1000]]]], np.float32)
    pair = Pair(output, target, 0.5, 16.0)
    assert pair.output.ravel().tolist() == [16, 21]
    assert pair.target.ravel().tolist() == [26, 516]
    assert pair.output.dtype == np.float32
    assert output.ravel().tolist() == [0, 10]
    assert pair.shape == (1, 2, 1)


def test_counts_of_8_bits_may_have_a_unit() -> None:
    pair = Pair(np.full((1, 1, 1), 200, np.uint8), np.ones((1, 1, 1), np.uint8), 0.25, -3.0)
    assert (pair.output.item(), pair.target.item()) == (47.0, -2.75)


def test_without_unit_the_counts_are_the_values() -> None:
    image = np.zeros((2, 3, 3), np.uint8)
    assert Pair(image, image).output is image


def test_doubles_stay_doubles() -> None:
    image = np.full((1, 1, 1), 1 / 3)
    assert Pair(image, image, 3.0, 0.0).output.item() == 1.0


def test_what_is_shared_is_computed_once() -> None:
    pair, made = Pair(np.zeros((2, 2, 1)), np.zeros((2, 2, 1))), []

    def make(given: Pair) -> int:
        assert given is pair
        made.append(given)
        return 7

    assert [pair.shared("seven", make), pair.shared("seven", make)] == [7, 7]
    assert len(made) == 1


def test_planes_are_contiguous_floats_of_each_channel() -> None:
    rng = np.random.default_rng(0)
    output, target = rng.integers(0, 256, (2, 5, 6, 3), dtype=np.uint8)
    planes = Pair(output, target).planes
    assert len(planes) == 3
    for channel, (x, y) in enumerate(planes):
        assert x.dtype == y.dtype == np.float32
        assert x.flags.c_contiguous
        assert np.array_equal(x, output[:, :, channel])
        assert np.array_equal(y, target[:, :, channel])
