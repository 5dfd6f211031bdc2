"""Moments, and the distances that stand on features: closed forms, and the definitions written out."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import sqrtm

from iqabench.metrics.shared import mmd as _mmd
from iqabench.metrics.shared.feature_moments import Moments, Rows
from iqabench.metrics.shared.frechet import frechet
from iqabench.metrics.shared.mmd import mmd

Floats = NDArray[np.float64]
FEW, MANY = (7, 20), (150, 20)
"""Samples of 20 features: of lower rank than they, and of full rank."""


def rows(count: int, width: int, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    mixed: Floats = rng.normal(0, 1, (count, width)) @ rng.normal(0, 1, (width, width))
    return np.abs(mixed) + rng.normal(0, 1, width)


def one_by_one(x: Floats) -> Moments:
    return Moments.gathered(row[None] for row in x)


def covariance(moments: Moments) -> Floats:
    found: Floats = moments.root.T @ moments.root / (moments.count - 1)
    return found


@pytest.mark.parametrize("shape", [FEW, MANY, (41, 20), (2, 3), (900, 1)])
def test_moments_are_those_of_numpy(shape: tuple[int, int]) -> None:
    x = rows(*shape)
    for found in (one_by_one(x), Moments.gathered([x]), Moments.gathered(np.split(x, [1, 2]))):
        assert found.count == shape[0]
        assert len(found.root) <= shape[1]
        assert found.mean == pytest.approx(x.mean(0), rel=1e-12)
        assert covariance(found) == pytest.approx(np.atleast_2d(np.cov(x.T)), rel=1e-10, abs=1e-12)


def test_moments_keep_their_digits_far_from_zero() -> None:
    x = rows(300, 5)
    far = covariance(one_by_one(x + 1e6))
    assert far == pytest.approx(np.cov(x.T), rel=1e-7)


def test_moments_add_up_in_any_order() -> None:
    x, target = rows(400, 30), Moments.gathered([rows(400, 30, seed=1)])
    expected = frechet(one_by_one(x), target)
    for seed, cut in enumerate((0, 1, 31, 200, 399, 400)):
        mixed = np.random.default_rng(seed).permutation(x)
        both = one_by_one(mixed[:cut]) + one_by_one(mixed[cut:])
        assert (both.images, both.count) == (400, 400)
        assert frechet(both, target) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("shape", [MANY, (500, 64)])
def test_frechet_equals_the_square_root_of_the_product(shape: tuple[int, int]) -> None:
    x, y = rows(*shape), rows(*shape, seed=1)
    product = np.cov(x.T) @ np.cov(y.T)
    expected = (
        ((x.mean(0) - y.mean(0)) ** 2).sum()
        + np.trace(np.cov(x.T) + np.cov(y.T))
        - 2 * np.trace(sqrtm(product)).real
    )
    assert frechet(one_by_one(x), one_by_one(y)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("shape", [FEW, MANY])
def test_frechet_where_the_answer_is_known(shape: tuple[int, int]) -> None:
    """Of any rank: moved, scaled and both."""
    x, way = rows(*shape), np.arange(20.0)
    spread, mean = np.trace(np.cov(x.T)), x.mean(0)
    for scale, move in [(1.0, way), (3.0, 0 * way), (0.5, way)]:
        apart = (scale - 1) * mean + move
        expected = (scale - 1) ** 2 * spread + (apart**2).sum()
        found = frechet(one_by_one(x * scale + move), one_by_one(x))
        assert found == pytest.approx(expected, rel=1e-10)


def test_frechet_of_spaces_that_do_not_meet() -> None:
    """Nothing is shared, so all variance counts."""
    x = np.zeros((6, 4))
    y = x.copy()
    x[:, :2], y[:, 2:] = rows(6, 2), rows(6, 2, seed=1)
    means = ((x.mean(0) - y.mean(0)) ** 2).sum()
    expected = means + np.trace(np.cov(x.T) + np.cov(y.T))
    assert frechet(one_by_one(x), one_by_one(y)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shape", [FEW, MANY, (300, 100)])
def test_frechet_of_identical_sets_is_nought(shape: tuple[int, int]) -> None:
    x = rows(*shape)
    assert frechet(one_by_one(x), one_by_one(x.copy())) == pytest.approx(0, abs=1e-9)
    turned = frechet(one_by_one(x), one_by_one(x[::-1]))
    assert 0 <= turned < 1e-20


def test_mmd_equals_its_double_sums() -> None:
    x, y = rows(7, 4), rows(5, 4, seed=1)

    def k(a: Floats, b: Floats) -> float:
        return float((a @ b / 4 + 1) ** 3)

    within_x = [k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j]
    within_y = [k(a, b) for i, a in enumerate(y) for j, b in enumerate(y) if i != j]
    between = [k(a, b) for a in x for b in y]
    expected = np.mean(within_x) + np.mean(within_y) - 2 * np.mean(between)
    assert mmd(Rows.gathered([x]), Rows.gathered([y])) == pytest.approx(expected, rel=1e-12)


def test_mmd_goes_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = Rows.gathered([rows(50, 6)]), Rows.gathered([rows(37, 6, seed=1)])
    whole = mmd(x, y)
    monkeypatch.setattr(_mmd, "_BLOCK", 8)
    assert mmd(x, y) == pytest.approx(whole, rel=1e-12)


def test_mmd_is_without_bias() -> None:
    """Its mean over draws from one distribution is 0: that of the biased estimate is far from it."""
    rng = np.random.default_rng(0)
    draws = [
        mmd(*(Rows.gathered([rng.normal(0, 1, (10, 3))]) for _ in range(2))) for _ in range(2000)
    ]
    error = np.std(draws) / len(draws) ** 0.5
    assert abs(np.mean(draws)) < 3 * error
    assert min(draws) < 0
