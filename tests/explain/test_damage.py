"""The files: each damage is found with its evidence, and nothing is found in correct outputs."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from iqabench.explain.damage import Finding, Repair, examine, findings
from iqabench.explain.damage.mispairing import mispairing, thumbnail
from iqabench.explain.scale_consistency import other_scale, scale_errors
from iqabench.images import Image, quantise
from iqabench.images.imresize import imresize

from .causes import CAUSES, Cause, moved, saved_as_jpeg, three
from .conftest import Pairs

SEEN_BY_BENCHMARK = (
    "JPEG, quality 75",
    "JPEG, quality 95",
    "gain 0.97",
    "upside down",
    "shifted by 1.5 pixels",
)
DAMAGES = [
    c
    for c in CAUSES
    if c.damage and c.convert is CAUSES[0].convert and c.name not in SEEN_BY_BENCHMARK
]


def found(pairs: Pairs, damage: Callable[[Image], Image]) -> tuple[list[Finding], Repair]:
    examined = [examine(three(np.ascontiguousarray(damage(o))), t) for o, t in pairs]
    return findings([e for e in examined if e is not None])


@pytest.mark.parametrize("cause", DAMAGES, ids=lambda c: c.name)
def test_it_is_found_and_nothing_else(cause: Cause, restored: Pairs) -> None:
    assert cause.damage
    results, _ = found(restored[:2], cause.damage)
    assert len(results) == 1, results
    assert cause.is_named_by(f"files: {results[0].name} {results[0].evidence}")


def test_correct_outputs_show_nothing(restored: Pairs, pairs: Pairs) -> None:
    for outputs in (restored, pairs):
        results, repair = found(outputs, lambda image: image)
        assert results == []
        assert repair.is_nothing


def test_a_target_that_was_jpeg_is_no_evidence(restored: Pairs) -> None:
    targets = [(saved_as_jpeg(80)(t), saved_as_jpeg(80)(t)) for _, t in restored]
    results, _ = found(targets, lambda image: image)
    assert [f.name for f in results] == ["targets as outputs"]


def test_what_is_undone_is_undone(restored: Pairs) -> None:
    def both(image: Image) -> Image:
        return image[:, ::-1, ::-1]

    output, target = restored[0]
    _, repair = found(restored, both)
    assert np.array_equal(repair(both(output), target)[0], output)
    _, repair = found(restored, moved(0, 2))
    back = repair(moved(0, 2)(output), target)[0]
    assert np.array_equal(back[:, 4:-4], output[:, 4:-4])
    _, repair = found(restored, lambda image: quantise(image * 0.97))
    back = repair(quantise(output * 0.97), target)[0]
    assert np.abs(back - output).mean() < 0.6


def test_images_that_differ_in_brightness_have_no_gain(restored: Pairs) -> None:
    """A gain is that of all images; one that differs from image to image is a fault of the method."""
    gains = iter((0.9, 1.0, 1.12))
    results, _ = found(restored, lambda image: quantise(image * next(gains)))
    assert results == []


def test_swapped_names_are_seen(restored: Pairs) -> None:
    outputs = [thumbnail(o) for o, _ in restored]
    targets = {str(at): thumbnail(t) for at, (_, t) in enumerate(restored)}
    assert mispairing(dict(zip("012", outputs, strict=True)), targets) == {}
    turned = {"0": outputs[1], "1": outputs[2], "2": outputs[0]}
    assert mispairing(turned, targets) == {"0": "2", "1": "0", "2": "1"}


def test_another_scale_is_seen(restored: Pairs) -> None:
    errors = [scale_errors(o, t) for o, t in restored]
    assert other_scale(errors, 4) == ""
    assert other_scale(errors, 1) == ""
    plain = [quantise(imresize(quantise(imresize(t, 0.25)), 4)) for _, t in restored]
    errors = [scale_errors(o, t) for o, (_, t) in zip(plain, restored, strict=True)]
    assert other_scale(errors, 2) == other_scale(errors, 4) == ""  # interpolation tells nothing
    better = [cv2.addWeighted(o, 0.05, t, 0.95, 0) for o, t in restored]
    errors = [scale_errors(np.asarray(o), t) for o, (_, t) in zip(better, restored, strict=True)]
    assert "made at x2 and not at x4" in other_scale(errors, 4)
