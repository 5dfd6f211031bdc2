"""Fits recover the curves that values were made from, and say when there is none."""

import numpy as np
import pytest

from iqabench.errors import UsageError
from iqabench.report.statistics.agreement import FITS, Resampling, fits_named
from iqabench.report.statistics.agreement.fits import Fit, Scaled
from iqabench.report.statistics.agreement.statistics import statistics

ONE = np.linspace(-3, 3, 200)


def fitted(fit: Fit, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The curve's values, in units of y."""
    scaled = Scaled.of(x, y)
    assert fit.curve is not None
    return fit.curve(scaled.x, *fit.of(scaled, np.ones(len(x)))) * scaled.y_std + scaled.y_mean


def four(x: np.ndarray, b1: float, b2: float, b3: float, b4: float) -> np.ndarray:
    """As it is published."""
    return np.asarray((b1 - b2) / (1 + np.exp(-(x - b3) / abs(b4))) + b2)


def five(x: np.ndarray, b1: float, b2: float, b3: float, b4: float, b5: float) -> np.ndarray:
    """As it is published."""
    return np.asarray(b1 * (0.5 - 1 / (1 + np.exp(b2 * (x - b3)))) + b4 * x + b5)


def figure(x: np.ndarray, y: np.ndarray, name: str, fit: str) -> tuple[float | None, str]:
    found = statistics(x, y, [FITS[fit]], Resampling(0), range(len(x)))
    return next((s.value, s.error) for s in found if (s.name, s.fit) == (name, fit))


@pytest.mark.parametrize(
    "units", [(1.0, 0.0, 1.0, 0.0), (0.02, 0.9, 20.0, 40.0), (900.0, -5e3, 1e-3, 7.0)]
)
@pytest.mark.parametrize("direction", [1, -1])
def test_curves_are_recovered_in_any_units(units: tuple[float, ...], direction: int) -> None:
    """SSIM and DMOS, squared errors and shares: no scale and no shift is in the way."""
    times_x, plus_x, times_y, plus_y = units
    x = times_x * ONE + plus_x
    for name, made in (
        ("4", four(direction * ONE, 2.0, -1.0, 0.4, 0.6)),
        ("5", five(direction * ONE, 3.0, 2.0, 0.5, 0.3, 1.0)),
        ("cubic", direction * (ONE**3 - ONE)),
    ):
        y = times_y * made + plus_y
        assert fitted(FITS[name], x, y) == pytest.approx(y, abs=1e-5 * times_y)


def test_known_parameters_come_back() -> None:
    y = four(ONE, 2.0, -1.0, 0.4, 0.6)
    scaled = Scaled.of(ONE, y)
    b1, b2, b3, b4 = FITS["4"].of(scaled, np.ones(200))
    found = (
        b1 * scaled.y_std + scaled.y_mean,
        b2 * scaled.y_std + scaled.y_mean,
        b3 * scaled.x_std + scaled.x_mean,
        abs(b4) * scaled.x_std,
    )
    assert found == pytest.approx((2.0, -1.0, 0.4, 0.6), abs=1e-6)


@pytest.mark.parametrize("name", ["4", "5"])
def test_slopes_are_the_derivatives(name: str) -> None:
    fit = FITS[name]
    assert fit.curve is not None
    assert fit.slopes is not None
    at = np.array([1.3, -0.7, 0.2, -0.8, 0.4][: fit.parameters])
    step = 1e-6
    for which in range(fit.parameters):
        aside = np.eye(fit.parameters)[which] * step
        slope = (fit.curve(ONE, *(at + aside)) - fit.curve(ONE, *(at - aside))) / (2 * step)
        assert fit.slopes(ONE, *at)[:, which] == pytest.approx(slope, abs=1e-7)


def test_curves_are_the_published_ones() -> None:
    for name, curve, at in (("4", four, (2, -1, 0.4, -0.6)), ("5", five, (3, -2, 0.5, 0.3, 1))):
        mine = FITS[name].curve
        assert mine is not None
        assert mine(ONE, *at) == pytest.approx(curve(ONE, *at))
    with np.errstate(all="raise"):  # exp() of the published form overflows here
        mine = FITS["5"].curve
        assert mine is not None
        assert np.isfinite(mine(1e6 * ONE, 3.0, 2.0, 0.5, 0.3, 1.0)).all()


def test_noisy_values_are_fitted_as_well_as_by_the_truth() -> None:
    random = np.random.default_rng(1)
    clean = five(ONE, 3.0, 2.0, 0.5, 0.3, 1.0)
    y = clean + random.normal(0, 0.2, 200)
    rmse, _ = figure(ONE, y, "rmse", "5")
    assert rmse is not None
    assert 0.15 < rmse <= np.sqrt(((y - clean) ** 2).mean())


def test_five_parameters_never_fit_worse_than_four() -> None:
    """The fifth holds the fourth; from its published start alone it stops at a straight line here."""
    random = np.random.default_rng(2)
    x = -(np.abs(random.normal(0, 0.01, 300)) ** 1.5)
    y = 6 / (1 + np.exp(-(x + 3e-4) / 2e-4)) + random.normal(0, 0.3, 300)
    worse, _ = figure(x, y, "rmse", "4")
    better, _ = figure(x, y, "rmse", "5")
    assert worse is not None
    assert better is not None
    assert better <= worse * (1 + 1e-9)


def test_a_fit_that_does_not_converge_is_a_row_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=30)
    monkeypatch.setattr("iqabench.report.statistics.agreement.fits._EVALUATIONS", 1)
    for fit in ("4", "5"):
        assert figure(x, x**3, "plcc", fit) == (
            None,
            f"the fit of {fit} parameters does not converge",
        )
        assert figure(x, x**3, "rmse", fit)[0] is None
    assert figure(x, x**3, "plcc", "cubic")[0] == pytest.approx(1)


def test_rmse_is_in_units_of_opinion() -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=400)
    y = 50 + 10 * x + random.normal(0, 4, 400)
    curve = np.polyval(np.polyfit(x, y, 3), x)
    assert figure(x, y, "rmse", "cubic")[0] == pytest.approx(np.sqrt(((curve - y) ** 2).mean()))


def test_fits_by_name() -> None:
    assert [f.name for f in fits_named([])] == ["none", "4", "5"]
    assert [f.name for f in fits_named(["5", "none", "5"])] == ["5", "none"]
    with pytest.raises(UsageError, match="'6' is no fit; expected one of none, 4, 5, cubic"):
        fits_named(["6"])
