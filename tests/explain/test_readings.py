"""The readings: the usual one is sr-y, and every departure gives what other code gives."""

import numpy as np
import pytest
from scipy.ndimage import correlate1d
from skimage.metrics import structural_similarity

from iqabench.errors import ImageError
from iqabench.explain.measurement import ReadingFigures, mean_figures, measure
from iqabench.explain.reading import HABITS, READINGS, Reading
from iqabench.explain.ssim_windows import ssim_by_window
from iqabench.images import Case, Image, Pair
from iqabench.metrics import column, scores

from .conftest import Pairs

BY_PROTOCOL = {
    "sr-y": Reading(),
    "y-rounded": Reading(channels="luma, rounded"),
    "y-full": Reading(channels="full-range luma"),
    "sr-rgb": Reading(channels="RGB"),
    "ntire2017-rgb": Reading(channels="RGB", shave="scale + 6"),
    "rgb": Reading(channels="RGB", shave="none"),
}


Figures = dict[Reading, tuple[float, float | None]]


def by_reading(measured: list[ReadingFigures]) -> Figures:
    return {m.reading: (m.psnr, m.ssim) for m in measured}


def figures(pairs: list[tuple[Image, Image]], *, ssim: bool = False) -> Figures:
    return by_reading(mean_figures(measure(o, t, 4, ssim=ssim) for o, t in pairs))


@pytest.mark.parametrize("name", BY_PROTOCOL)
def test_protocols_are_among_them(name: str, pairs: Pairs, measured: list[ReadingFigures]) -> None:
    found = by_reading(measured)[BY_PROTOCOL[name]]
    columns = [column(f"psnr@{name}"), column(f"ssim@{name}")]
    expected = np.mean([scores(columns, Case(o, t, 4)) for o, t in pairs], axis=0)
    assert found == pytest.approx(tuple(expected), abs=1e-9)


def test_every_way_is_explained() -> None:
    for habit, ways in HABITS.items():
        assert getattr(Reading(), habit) == next(iter(ways))
        for way in ways:
            assert any(getattr(r, habit) == way for r in READINGS)
            assert not ways[way].endswith(".")
    assert READINGS[0] == Reading()
    assert len(set(READINGS)) == len(READINGS)


def test_one_psnr_of_all_errors(pairs: Pairs, measured: list[ReadingFigures]) -> None:
    luma = np.array([65.481, 128.553, 24.966]) / 255
    errors = [(((o.astype(float) - t) @ luma)[4:-4, 4:-4] ** 2).mean() for o, t in pairs]
    expected = 10 * np.log10(255**2 / np.mean(errors))
    assert by_reading(measured)[Reading(mean="of MSE")][0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("way", "shift"),
    [("down 1", (1, 0)), ("up 1", (-1, 0)), ("right 1", (0, 1)), ("left 1", (0, -1))],
)
def test_a_shift_is_taken_back(way: str, shift: tuple[int, int], pairs: Pairs) -> None:
    _, target = pairs[0]
    moved = np.roll(target, shift, (0, 1))
    found = figures([(moved, target)])
    assert found[Reading(alignment=way)][0] == np.inf
    assert found[Reading()][0] < 60


def test_swapped_channels_are_taken_back(pairs: Pairs) -> None:
    output, target = pairs[0]
    found = figures([(output[:, :, ::-1], target)], ssim=True)
    assert found[Reading(alignment="BGR")] == figures([(output, target)], ssim=True)[Reading()]


def test_grey_files_as_they_are(pairs: Pairs) -> None:
    output, target = (image[:, :, :1] for image in pairs[0])
    found = figures([(output, target)])
    luma, raw = found[Reading()][0], found[Reading(grey="as they are")][0]
    assert luma - raw == pytest.approx(20 * np.log10(255 / 219), abs=1e-9)
    coloured = figures([(output.repeat(3, axis=2), target.repeat(3, axis=2))])
    assert coloured[Reading(grey="as they are")][0] == pytest.approx(raw, abs=1e-9)


def planes(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    output, target = pairs[0]
    return output[:, :, 1], target[:, :, 1]


def ssim(pairs: Pairs, window: str) -> float:
    x, y = planes(pairs)
    return ssim_by_window(Pair(x[:, :, None], y[:, :, None]), window)


def test_uniform_window_is_scikit_images(pairs: Pairs) -> None:
    x, y = planes(pairs)
    expected = structural_similarity(x, y)  # type: ignore[no-untyped-call]
    assert ssim(pairs, "uniform 7x7") == pytest.approx(expected, abs=1e-9)


def reference(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the map of SSIM with a replicated border."""
    kernel = np.exp(-(np.arange(-5, 6) ** 2) / 4.5)
    kernel /= kernel.sum()

    def mean(p: np.ndarray) -> np.ndarray:
        once = correlate1d(p, kernel, 0, mode="nearest")
        return np.asarray(correlate1d(once, kernel, 1, mode="nearest"))

    x, y = x.astype(float), y.astype(float)
    mx, my = mean(x), mean(y)
    vx, vy, c = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = 6.5025, 58.5225
    return np.asarray(
        ((2 * mx * my + c1) * (2 * c + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    )


def test_padded_window_covers_the_border(pairs: Pairs) -> None:
    assert ssim(pairs, "padded") == pytest.approx(reference(*planes(pairs)).mean(), abs=1e-9)


def test_downsampling_halves_large_images(pairs: Pairs) -> None:
    halves = planes(pairs)
    x, y = (np.kron(p, np.ones((2, 2), np.uint8)) for p in halves)  # 576 a side: factor 2
    found = ssim_by_window(Pair(x[:, :, None], y[:, :, None]), "downsampled")
    expected = reference(*halves)[5:-5, 5:-5].mean()
    assert found == pytest.approx(expected, abs=1e-9)


def test_what_is_too_small_is_refused(pairs: Pairs) -> None:
    output, target = (image[:24, :24] for image in pairs[0])
    with pytest.raises(ImageError, match="SSIM's window needs 11 a side"):
        measure(output, target, 4, ssim=True)
