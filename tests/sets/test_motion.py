"""Clips that are made of one photograph."""

import numpy as np
import pytest

from iqabench.errors import SetError
from iqabench.images import Pair
from iqabench.metrics.full_reference.psnr import psnr
from iqabench.sets import load_set
from iqabench.sets.motion import moving_clips
from iqabench.sets.motion_facts import MotionFacts


def photograph(width: int = 80, height: int = 60) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 3, y * 4, x + y], axis=2).astype(np.uint8)


def facts(**changed: object) -> MotionFacts:
    shared = {"keys": 3, "interval": 4, "blur": 5, "step": (1, 0), "gamma": 1}
    return MotionFacts.model_validate({**shared, **changed})


def test_whole_steps_are_windows_of_the_photograph() -> None:
    photo = photograph()
    clips = moving_clips(facts(), photo, "photo")
    assert (len(clips["input"]), len(clips["target"])) == (3, 5)
    width = clips["target"].shape[2]
    for j, frame in enumerate(
        clips["target"]
    ):  # the middle of the exposure, and then every two sharp frames
        left = 2 + 2 + 2 * j
        assert np.array_equal(frame, photo[2 : 2 + frame.shape[0], left : left + width])


def test_a_blurry_frame_is_the_mean_of_light() -> None:
    photo = photograph()
    levels = moving_clips(facts(), photo, "photo")["input"]
    light = moving_clips(facts(gamma=2.2), photo, "photo")["input"]
    sharp = moving_clips(facts(blur=1), photo, "photo")
    assert np.array_equal(sharp["input"], sharp["target"][::2])
    assert (
        light.astype(int).mean() > levels.astype(int).mean() + 0.005
    )  # the mean of light is brighter
    assert (light.astype(int) - levels).min() >= 0


def test_key_frames_are_blurry_and_the_motion_is_needed() -> None:
    sample = load_set("demo-blurry").samples[0].load()
    blurry, sharp = sample.parts["input"], sample.parts["target"]
    assert (len(blurry), len(sharp)) == (7, 13)
    keys = [psnr(Pair(b, s)) for b, s in zip(blurry, sharp[::2], strict=True)]
    others = [psnr(Pair(b, s)) for b, s in zip(blurry, sharp[1::2], strict=False)]
    assert min(keys) > max(others)


def test_a_small_photograph_is_refused() -> None:
    with pytest.raises(SetError, match="photo is 30x20; its motion needs a larger one"):
        moving_clips(facts(keys=9), photograph(30, 20), "photo")
