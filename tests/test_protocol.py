"""Protocols are data: named, versioned, hashed."""

import pytest
from pydantic import ValidationError

from iqabench.errors import UnknownNameError
from iqabench.protocol import Protocol, protocol, protocols

PUBLISHED = {
    "sr-y": "07154acab836",
    "sr-rgb": "4537fe37653c",
    "rgb": "3de53f6c2b0e",
    "grey": "faf696bb5cc6",
    "y-rounded": "3c779b7f424d",
    "y-full": "7b949448eb47",
    "bicubic-2014": "233f2d925418",
    "ntire2017-rgb": "5f7e9fbef0c5",
}
"""A changed hash means that old numbers and new ones differ: raise the version, then write it here."""


def test_published_protocols_keep_their_meaning() -> None:
    assert {name: p.hash for name, p in protocols().items()} == PUBLISHED


def test_the_hash_is_over_meaning_not_prose() -> None:
    base = protocol("sr-y")
    assert base.model_copy(update={"summary": "other words"}).hash == base.hash
    for change in ({"version": 2}, {"round_luma": True}, {"shave_pixels": 6}, {"quantise": False}):
        assert Protocol(**{**base.model_dump(), **change}).hash != base.hash


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
