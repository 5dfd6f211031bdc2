"""Protocols are data: named, versioned, hashed."""

import pytest
from pydantic import ValidationError

from iqabench.errors import UnknownNameError, UsageError
from iqabench.protocol import Protocol
from iqabench.protocols import protocol, protocols

PUBLISHED = {
    "sr-y": "07154acab836",
    "sr-rgb": "4537fe37653c",
    "rgb": "3de53f6c2b0e",
    "grey": "faf696bb5cc6",
    "y-rounded": "3c779b7f424d",
    "y-full": "7b949448eb47",
    "bicubic-2014": "233f2d925418",
    "ntire2017-rgb": "5f7e9fbef0c5",
    "lr": "cf2dcb2eb788",
    "lr-y": "3b8da9725f18",
    "model": "d55646dab95c",
    "model-y": "ad52bc9fd048",
    "consensus": "e242d84f7a02",
    "consensus-y": "48bb52ed613d",
    "restored": "7650c149128c",
    "restored-y": "e1223dc4d9cc",
    "unpaired": "12199bd380f5",
}
"""Name to hash. A changed hash means that old numbers and new ones differ: raise the version, then write the
new hash here. A protocol that is not here breaks nothing."""


def test_published_protocols_keep_their_meaning() -> None:
    hashes = {name: known.hash for name, known in protocols().items()}
    assert {name: hashes.get(name) for name in PUBLISHED} == PUBLISHED


def test_the_hash_is_over_meaning_not_prose() -> None:
    base = protocol("sr-y")
    assert base.model_copy(update={"summary": "other words"}).hash == base.hash
    for change in ({"version": 2}, {"round_luma": True}, {"shave_pixels": 6}, {"quantise": False}):
        assert Protocol(**{**base.model_dump(), **change}).hash != base.hash


def test_a_pseudo_reference_is_named_and_bound() -> None:
    found = protocol("model:rcan")
    assert (found.name, found.reference, found.named) == ("model:rcan", "model", "rcan")
    assert found.hash != protocol("model:hat").hash
    assert found.bound("a").hash != found.bound("b").hash
    assert found.bound("a").name == found.name
    assert protocol("restored:./a:b.pth").named == "./a:b.pth"


def test_what_belongs_behind_the_colon_is_asked_for() -> None:
    with pytest.raises(UsageError, match="'model' needs a model, as in model:rcan"):
        protocol("model")
    with pytest.raises(UsageError, match="'unpaired' needs a pool, as in unpaired:FOLDER"):
        protocol("unpaired")
    with pytest.raises(
        UsageError, match="takes nothing behind a colon; expected sr-y, not 'sr-y:x'"
    ):
        protocol("sr-y:x")


def test_shave_follows_the_scale() -> None:
    assert [protocol("sr-y").shave(s) for s in (2, 3, 4)] == [2, 3, 4]
    assert protocol("ntire2017-rgb").shave(4) == 10
    assert protocol("rgb").shave(4) == 0


def test_unknown_protocols_get_suggestions() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'sr-y'"):
        protocol("sry")


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="crop_border"):
        Protocol(**{**protocol("sr-y").model_dump(), "crop_border": 4})


def test_frames_of_a_clip_are_a_slice() -> None:
    assert protocol("duf").chosen_frames(7) == [2, 3, 4]
    assert protocol("duf").chosen_frames(4) == []
    assert protocol("duf").chosen_frames(1) == [0]  # an image has no first and last two frames
    assert protocol("y-key").chosen_frames(7) == [0, 2, 4, 6]
    assert protocol("y-between").chosen_frames(7) == [1, 3, 5]
    assert protocol("y").chosen_frames(3) == [0, 1, 2]
    with pytest.raises(ValidationError):
        Protocol(**{**protocol("y").model_dump(), "frames": "2-3"})
    assert Protocol(**{**protocol("y").model_dump(), "frames": "1:"}).hash != protocol("y").hash
