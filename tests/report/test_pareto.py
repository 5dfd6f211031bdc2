"""The front, against its definition word by word."""

from collections.abc import Sequence
from math import inf, nan

import numpy as np
import pytest

from iqabench.report.data.pareto import front

Point = Sequence[float | None]


def is_beaten(point: Point, by: Point, signs: Sequence[int]) -> bool:
    as_good, better = True, False
    for mine, theirs, sign in zip(point, by, signs, strict=True):
        if mine is None or theirs is None:
            return False
        as_good = as_good and (theirs >= mine if sign > 0 else theirs <= mine)
        better = better or (theirs > mine if sign > 0 else theirs < mine)
    return as_good and better


@pytest.mark.parametrize("columns", [2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_every_pair_says_the_same(columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    points: list[list[float | None]] = random.integers(0, 6, (60, columns)).astype(float).tolist()
    signs = random.choice((-1, 1), columns).tolist()
    points[7][0] = points[19][columns - 1] = None
    expected = [
        None not in point and not any(is_beaten(point, other, signs) for other in points)
        for point in points
    ]
    assert front(points, signs) == expected
    assert 0 < sum(expected) < len(points)


def test_ties_stay_and_order_does_not_matter() -> None:
    points = [(1.0, 5.0), (1.0, 5.0), (1.0, 4.0), (2.0, 5.0), (2.0, 6.0)]
    assert front(points, (-1, 1)) == [True, True, False, False, True]
    assert front(points[::-1], (-1, 1)) == [True, False, False, True, True]


def test_a_point_without_a_value_is_not_on_it_and_beats_none() -> None:
    points = [(1.0, None), (nan, 9.0), (2.0, 5.0), (3.0, inf), (3.0, 7.0)]
    assert front(points, (-1, 1)) == [False, False, True, True, False]


def test_nothing() -> None:
    assert front([], (1, -1)) == []
    assert front([(None, None)], (1, -1)) == [False]
