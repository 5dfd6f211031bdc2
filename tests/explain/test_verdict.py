"""The claim, the verdict, and the words."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from iqabench.errors import UsageError
from iqabench.explain import Answer, Claim, Reading, in_words, inputs_in_words, parse_claim
from iqabench.explain.input_consistency import SURE_DB, consistency, inconsistency
from iqabench.explain.measurement import ReadingFigures, mean_figures, measure
from iqabench.explain.verdict import answer, worth_telling
from iqabench.images import Image, quantise
from iqabench.images.imresize import imresize
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore

from .conftest import Pairs


def answers(claim: Claim, pairs: Pairs) -> list[Answer]:
    ssim = claim.ssim is not None
    return answer(claim, mean_figures([measure(o, t, 4, ssim=ssim) for o, t in pairs]))


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("32.63", Claim(32.63, 0.005)),
        ("32.6/.9", Claim(32.6, 0.05, 0.9, 0.05)),
        ("32.6336 / 0.9002", Claim(32.6336, 0.00005, 0.9002, 0.00005)),
        ("33", Claim(33.0, 0.5)),
    ],
)
def test_a_claim_has_the_precision_of_its_digits(text: str, claim: Claim) -> None:
    found = parse_claim(text)
    assert (found.psnr, found.ssim) == (claim.psnr, claim.ssim)
    assert found.psnr_half == pytest.approx(claim.psnr_half)
    assert found.ssim_half == pytest.approx(claim.ssim_half)


@pytest.mark.parametrize(
    "text", ["", "high", "32.63/", "32,63", "0.9002/32.63", "32.63/1.2", "-3", "1e3"]
)
def test_what_is_no_claim_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"32\.63|0\.9002"):
        parse_claim(text)


SINGLE = [
    Reading(),
    Reading(channels="luma, rounded"),
    Reading(channels="full-range luma"),
    Reading(channels="full-range luma, rounded"),
    Reading(channels="RGB"),
    Reading(shave="none"),
    Reading(shave="scale + 6"),
    Reading(mean="of MSE"),
    Reading(alignment="BGR"),
    Reading(window="padded"),
    Reading(window="downsampled"),
    Reading(window="uniform 7x7"),
    Reading(channels="RGB", shave="scale + 6"),
]


@pytest.mark.parametrize("reading", SINGLE, ids=str)
def test_the_reading_behind_a_figure_is_found(
    reading: Reading, measured: list[ReadingFigures]
) -> None:
    figures = next(m for m in measured if m.reading == reading)
    claim = parse_claim(f"{figures.psnr:.4f}/{figures.ssim:.4f}")
    found = answer(claim, measured)
    if reading == Reading(window="downsampled"):  # at 288 pixels the factor is 1: nothing departs
        assert found[0].measured.reading == Reading()
        return
    assert found[0].measured.reading == reading
    assert found[0].verdict == "gives it"
    said = "\n".join(in_words(claim, found))
    for _, words in reading.departures():
        assert words in said


def test_what_makes_no_difference_is_not_told(pairs: Pairs) -> None:
    """No grey files here, and no claim of SSIM."""
    found = answers(parse_claim("20.00"), pairs)
    assert not any(a.measured.reading.grey != "expanded" for a in found)
    assert not any(a.measured.reading.window != "Gaussian" for a in found)


def test_without_a_match_it_teaches_and_says_so(pairs: Pairs) -> None:
    claim = parse_claim("55.55")
    found = answers(claim, pairs)
    told = worth_telling(found)
    assert {a.departures for a in told} == {0, 1}
    said = "\n".join(in_words(claim, found))
    assert "No reading gives the claimed figure" in said
    assert "Nearest" in said


def test_identical_images_are_no_trouble(pairs: Pairs) -> None:
    _, target = pairs[0]
    claim = parse_claim("30.00/0.9")
    assert "inf dB" in in_words(claim, answers(claim, [(target, target)]))[0]


def pillow(image: Image) -> Image:
    size = (image.shape[1] // 4, image.shape[0] // 4)
    return np.asarray(PillowImage.fromarray(image).resize(size, PillowImage.Resampling.BICUBIC))


def area(image: Image) -> Image:
    return np.asarray(cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA))


def opencv(image: Image) -> Image:
    return np.asarray(cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_CUBIC))


def consistent(inputs: list[Image], targets: list[Image]) -> dict[str, float]:
    model = load_model("pocket", 4)
    outputs = [quantise(restore(model, image).image) for image in inputs]
    return consistency([inconsistency(o, t, 4) for o, t in zip(outputs, targets, strict=True)])


def test_the_inputs_resize_is_recognised(pairs: Pairs) -> None:
    targets = [t for _, t in pairs]
    matlab = consistent([quantise(imresize(t, 0.25)) for t in targets], targets)
    assert max(matlab, key=matlab.__getitem__) == "MATLAB's imresize"
    assert "as in the papers" in inputs_in_words(matlab)[0]
    other = consistent([pillow(t) for t in targets], targets)
    assert "made from inputs of Pillow's bicubic" in inputs_in_words(other)[0]
    for resize in (area, opencv):
        wrong = consistent([resize(t) for t in targets], targets)
        assert max(wrong.values()) < SURE_DB
        assert "of another resize" in inputs_in_words(wrong)[0]


def test_without_a_scale_nothing_is_said_of_inputs(pairs: Pairs) -> None:
    output, target = pairs[0]
    assert inconsistency(output, target, 1) == {}
    assert inputs_in_words(consistency([{}])) == []


def test_a_departure_is_one_habit() -> None:
    assert len(replace(Reading(), shave="none", mean="of MSE").departures()) == 2
