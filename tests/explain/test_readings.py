"""The readings: the usual one is sr-y, and every departure gives what other code gives."""

from dataclasses import fields

import numpy as np
import pytest

from iqabench.errors import ImageError
from iqabench.explain.claim import parse_claim
from iqabench.explain.figures import ReadingFigures, psnr_figures
from iqabench.explain.pair_errors import pair_errors
from iqabench.explain.reading import HABITS, Reading, readings
from iqabench.explain.search import distinct
from iqabench.explain.verdict import answer, ties
from iqabench.images import Case, Image
from iqabench.metrics import column, scores

from .causes import CAUSES, Cause, claimed
from .conftest import Pairs

BY_PROTOCOL = {
    "sr-y": Reading(),
    "y-rounded": Reading(channels="luma, rounded"),
    "y-full": Reading(channels="full-range luma"),
    "sr-rgb": Reading(channels="RGB"),
    "ntire2017-rgb": Reading(channels="RGB", region="scale + 6"),
    "rgb": Reading(channels="RGB", region="none"),
}


def figures(pairs: list[tuple[Image, Image]], *wanted: Reading) -> list[float]:
    return [f.psnr for f in psnr_figures(wanted, [pair_errors(o, t, 4) for o, t in pairs])]


@pytest.mark.parametrize("name", BY_PROTOCOL)
def test_protocols_are_among_them(name: str, pairs: Pairs, measured: list[ReadingFigures]) -> None:
    found = next(f.psnr for f in measured if f.reading == BY_PROTOCOL[name])
    expected = np.mean([scores([column(f"psnr@{name}")], Case(o, t, 4)) for o, t in pairs])
    assert found == pytest.approx(float(expected), abs=1e-9)


def test_every_way_is_explained_and_tried() -> None:
    tried = readings()
    assert tried[0] == Reading()
    assert len(set(tried)) == len(tried)
    for habit, ways in HABITS.items():
        first = next(iter(ways))
        assert getattr(Reading(), habit) == first
        assert ways[first].cost == 0
        for name, way in ways.items():
            assert not way.words.endswith(".")
            if habit not in ("files", "window", "data_range", "ssim_of"):
                assert any(getattr(r, habit) == name for r in tried), (habit, name)
    assert {f.name for f in fields(Reading) if f.compare} == set(HABITS)


READ_OTHERWISE = [
    c for c in CAUSES if not c.damage and not c.name.startswith(("SSIM", "self", "correct"))
]


@pytest.mark.parametrize("cause", READ_OTHERWISE, ids=lambda c: c.name)
def test_a_figure_of_other_code_is_named(
    cause: Cause, pairs: Pairs, measured: list[ReadingFigures]
) -> None:
    loaded = [(str(at), *pair) for at, pair in enumerate(pairs)]
    digits = 2 if "OpenCV" in cause.name else 3  # OpenCV's chroma is of the luma that it rounded
    _, claim = claimed(cause, loaded, 4, with_ssim=False, digits=digits)
    told = ties(answer(parse_claim(claim), distinct(measured)))
    named = ["; ".join(name for name, _ in a.reading.departures()) for a in told]
    wanted = [name.replace("; window: 3-D", "") for name in cause.names]
    assert any(name in one for one in named for name in wanted), named


def test_half_a_level_and_rounding_are_foreseen(pairs: Pairs) -> None:
    """A grey level less for half of the pixels is what truncation does; floats lack the error of rounding."""
    rng = np.random.default_rng(0)
    floats = [(o + rng.uniform(-0.5, 0.5, o.shape), t) for o, t in pairs]
    output = [(np.clip(np.floor(f + 0.5), 0, 255).astype(np.uint8), t) for f, t in floats]
    cut = [(np.clip(np.floor(f), 0, 255).astype(np.uint8), t) for f, t in floats]
    foreseen = figures(output, Reading(rounding="truncated"), Reading(rounding="floats"))
    assert foreseen[0] == pytest.approx(figures(cut, Reading())[0], abs=0.003)
    exact = figures([(f.astype(np.float64), t) for f, t in floats], Reading())[0]
    assert foreseen[1] == pytest.approx(exact, abs=0.003)


def test_grey_files_as_they_are(pairs: Pairs) -> None:
    output, target = (image[:, :, :1] for image in pairs[0])
    readings = Reading(), Reading(grey="as they are")
    luma, raw = figures([(output, target)], *readings)
    assert luma - raw == pytest.approx(20 * np.log10(255 / 219), abs=1e-9)
    three = figures([(output.repeat(3, axis=2), target.repeat(3, axis=2))], *readings)
    assert three[1] == pytest.approx(raw, abs=1e-9)


def test_what_makes_no_difference_is_not_told(measured: list[ReadingFigures]) -> None:
    """No grey files here; and a border of 4 pixels is one of the scale."""
    kept = [f.reading for f in distinct(measured)]
    assert all(r.grey == "expanded" and r.region != "4 pixels" for r in kept)


def test_identical_and_tiny_images_are_no_trouble() -> None:
    image = np.full((16, 16, 3), 7, np.uint8)
    assert figures([(image, image)], Reading()) == [np.inf]
    assert figures([(image, image)], Reading(region="8 pixels")) == []  # nothing is left
    with pytest.raises(ImageError, match="nothing left inside a border of 4"):
        pair_errors(image[:8], image[:8], 4)
    with pytest.raises(ImageError, match="16x16, its target 16x8"):
        pair_errors(image, image[:8], 4)
