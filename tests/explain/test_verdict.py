"""The claim, the order of readings, and the words."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from iqabench.errors import ImageError, UsageError
from iqabench.explain import (
    Claim,
    Explanation,
    Reading,
    effect,
    explain,
    in_words,
    parse_claim,
    told,
)
from iqabench.explain.figures import ReadingFigures
from iqabench.explain.input_consistency import (
    SURE_DB,
    consistency,
    inconsistency,
    inputs_in_words,
)
from iqabench.explain.verdict import answer, nearest, ties
from iqabench.images import Image, quantise, write_image
from iqabench.images.imresize import imresize
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.run import targets_of_folder

from .causes import CAUSES, UNEXPLAINED, claimed
from .conftest import Pairs


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("32.63", Claim(32.63, 0.005)),
        ("32.6/.9", Claim(32.6, 0.05, 0.9, 0.05)),
        ("32.6336 / 0.9002", Claim(32.6336, 0.00005, 0.9002, 0.00005)),
        ("33", Claim(33.0, 0.5)),
        ("32.63 dB", Claim(32.63, 0.005)),
    ],
)
def test_a_claim_has_the_precision_of_its_digits(text: str, claim: Claim) -> None:
    found = parse_claim(text)
    assert (found.psnr, found.ssim) == (claim.psnr, claim.ssim)
    assert found.psnr_half == pytest.approx(claim.psnr_half)
    assert found.ssim_half == pytest.approx(claim.ssim_half)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a claim"),
        ("high", "is not a claim"),
        ("nan", "is not a claim"),
        ("32.63/", "is not a claim"),
        ("1e3", "is not a claim"),
        ("32,63", "Write decimals with a point"),
        ("32.63/95.3%", "write 95.3 % as 0.953"),
        ("0.9002/32.63", "has SSIM first; .* Write 32.63/0.9002"),
        ("32.63/95", "in percent, write 0.95"),
        ("32.63/95.32", "in percent, write 0.9532"),
        ("32.63/1.2", "at most 1"),
        ("-3", "PSNR is -3 dB; it lies between 0 and 100"),
        ("0", "between 0 and 100"),
        ("120.5", "between 0 and 100"),
    ],
)
def test_what_is_no_claim_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_claim(text)


def test_both_figures_rank_before_psnr_and_psnr_before_none() -> None:
    figures = [
        ReadingFigures(Reading(), 31.0, 0.9),
        ReadingFigures(Reading(channels="RGB"), 30.0, 0.8),
        ReadingFigures(Reading(region="none"), 30.5, 0.85),
        ReadingFigures(Reading(channels="RGB", region="8 pixels"), 30.5, 0.8123),
        ReadingFigures(Reading(peak="256"), 30.51, 0.8122),
    ]
    answers = answer(parse_claim("30.50/0.8123"), figures)
    assert [a.measured for a in answers[:3]] == [figures[3], figures[2], figures[4]]
    assert [a.verdict for a in answers] == ["gives it", "gives PSNR", "near", "", ""]
    assert [a.measured for a in ties(answers)] == [figures[3]]
    psnr_only = answer(parse_claim("30.50/0.7"), figures)
    assert psnr_only[0].verdict == "gives PSNR"
    assert psnr_only[0].measured == figures[2]  # one departure before two
    assert nearest(answer(parse_claim("31.01/0.5"), figures)).reading == Reading()


@pytest.fixture
def explained(tmp_path: Path, restored: Pairs) -> object:
    """Return a function that explains the claim of a cause, with what becomes of it."""

    def run(name: str, *, with_ssim: bool = True) -> Explanation:
        cause = next(c for c in (*CAUSES, *UNEXPLAINED) if c.name == name)
        loaded = [(f"{at}", *pair) for at, pair in enumerate(restored[:2])]
        files, claim = claimed(cause, loaded, 4, with_ssim=with_ssim)
        for (sample, image), (_, _, target) in zip(files, loaded, strict=True):
            for folder, pixels in (("out", image), ("target", target)):
                (tmp_path / folder).mkdir(exist_ok=True)
                write_image(tmp_path / folder / f"{sample}.png", pixels)
        targets = targets_of_folder(tmp_path / "target", 4)
        return explain(tmp_path / "out", targets, parse_claim(claim))

    return run


def test_correct_outputs_agree_and_nothing_is_blamed(explained: object) -> None:
    result = explained("correct outputs, correct claim")  # type: ignore[operator]
    lines = in_words(result)
    assert lines[1] == "This is the claimed figure; there is nothing to explain."
    assert len(lines) == 3
    assert "as in the papers" in lines[2]
    assert result.findings == []


def test_what_nothing_explains_is_not_blamed_on_anything(explained: object) -> None:
    result = explained("unexplained, 0.87 dB below")  # type: ignore[operator]
    said = "\n".join(in_words(result))
    assert "Nothing that was tried explains the claimed figure." in said
    assert "results from" not in said
    assert "The files show" not in said
    assert told(result) == []


def test_a_wrong_ssim_is_told_as_such(explained: object) -> None:
    result = explained("unexplained, SSIM 0.0133 above")  # type: ignore[operator]
    said = "\n".join(in_words(result))
    assert "The PSNR is the claimed one." in said
    assert "No SSIM that was tried" in said
    assert "Nearest" not in said


def test_ssim_of_another_kind_is_named(explained: object) -> None:
    [first, *_] = told(explained("SSIM: 3-D, all RGB"))  # type: ignore[operator]
    assert first.reading == Reading(channels="RGB", window="3-D")


def test_a_mirror_is_undone_and_the_rest_explained(explained: object) -> None:
    result = explained("mirrored and RGB")  # type: ignore[operator]
    assert effect(result) == "explains"
    assert told(result)[0].reading == Reading(channels="RGB", files="repaired")
    said = "\n".join(in_words(result))
    assert "mirrored left to right" in said
    assert "all three colours are compared" in said


def test_a_lossy_cause_is_told_with_what_it_cost(explained: object) -> None:
    result = explained("JPEG, quality 75")  # type: ignore[operator]
    said = "\n".join(in_words(result))
    assert effect(result) == "explains in part"
    assert "JPEG's 8x8 blocks of quality about 75" in said
    assert "Inputs" not in said


def test_self_ensemble_is_a_possibility(explained: object) -> None:
    said = "\n".join(in_words(explained("self-ensemble, as in RCAN's table")))  # type: ignore[operator]
    assert "self-ensemble" in said
    assert "results from" not in said


def test_folders_that_cannot_be_explained_are_refused(tmp_path: Path, restored: Pairs) -> None:
    for folder, image in (("out", restored[0][0][:40, :40]), ("target", restored[0][1])):
        (tmp_path / folder).mkdir()
        write_image(tmp_path / folder / "a.png", image)
    targets = targets_of_folder(tmp_path / "target", 4)
    with pytest.raises(ImageError, match="no pair can be compared"):
        explain(tmp_path / "out", targets, parse_claim("30.00"))


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
        assert inputs_in_words(wrong, sure_only=True) == []


def test_without_a_scale_nothing_is_said_of_inputs(pairs: Pairs) -> None:
    output, target = pairs[0]
    assert inconsistency(output, target, 1) == {}
    assert inputs_in_words(consistency([{}])) == []
