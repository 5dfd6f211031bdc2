"""Matrices, stability and deciding images against hand-computed cases."""

from collections.abc import Callable

import numpy as np
import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.statistics import (
    Matrix,
    deciders,
    matrix_of,
    stability,
)
from iqabench.store import Store

from .conftest import column_of

Fill = Callable[..., Store]


def matrix(*rows: list[float], sign: int = 1) -> Matrix:
    values = np.array(rows, dtype=np.float64)
    return Matrix(
        tuple(range(len(rows))), tuple("abcdefghijklmnop"[: values.shape[1]]), values, sign
    )


def test_rows_that_lack_a_sample_are_left_out(fill: Fill) -> None:
    store = fill(
        *column_of([1.0, 2.0, 3.0], model="one"),
        *column_of([4.0, None, 6.0], model="two"),
        *column_of([7.0, 8.0, 9.0], model="three"),
        *column_of([1.0, 2.0], samples="bc", model="four"),
    )
    with Results(store) as results:
        found = matrix_of(results, 0, 0)
        names = [results.configurations[c].model for c in found.configurations]
    assert sorted(names) == ["one", "three"]
    assert found.samples == ("a", "b", "c")
    assert found.values[names.index("three")].tolist() == [7.0, 8.0, 9.0]


def test_ranks_over_resamples() -> None:
    clear = matrix([9.0, 9.0, 9.0, 9.0], [5.0, 5.0, 5.0, 5.0], [1.0, 1.0, 1.0, 1.0])
    found = stability(clear)
    assert found is not None
    assert (found.ranks, found.low, found.high) == ((1, 2, 3), (1, 2, 3), (1, 2, 3))
    assert found.first == (1.0, 0.0, 0.0)
    assert found.tau == pytest.approx(1.0)
    open_ = stability(matrix([1.0, 9.0, 1.0, 9.0], [9.0, 1.0, 9.0, 1.0], sign=-1))
    assert open_ is not None
    assert (open_.low, open_.high) == ((1, 1), (2, 2))
    assert sum(open_.first) == pytest.approx(1.0)
    assert open_.first[0] == pytest.approx(0.5, abs=0.05)
    assert stability(matrix([1.0, 2.0])) is None
    assert stability(matrix([1.0, np.inf], [1.0, 2.0])) is None


def test_the_images_that_decide() -> None:
    found = deciders(matrix([1.0, 1.0, 9.0], [2.0, 2.0, 3.0]), 0, 1)
    assert [d.sample for d in found] == ["c", "a", "b"]
    assert found[0].difference == 6.0
    assert found[0].share == pytest.approx(1.5)
    assert found[0].turns
    assert not found[1].turns
    assert deciders(matrix([1.0], [1.0]), 0, 1) == []
    assert deciders(matrix([np.inf], [1.0]), 0, 1) == []
