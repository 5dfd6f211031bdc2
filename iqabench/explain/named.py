"""The protocols that have a name, as the habits that readings are made of.

A protocol that differs from others only in habits known here is tried by its habits, in every mean and with
every repair. One with an axis of its own, such as an alignment, is computed whole, by the package's metrics.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from iqabench.explain import similarity_ways
from iqabench.explain.brightness import MATCHES
from iqabench.explain.regions import WAYS as REGIONS
from iqabench.protocol import Protocol
from iqabench.protocols import protocols
from iqabench.protocols.catalogue import PLACES
from iqabench.ssim_variant import SsimVariant

Habits = Mapping[str, str]
"""The ways that a protocol takes, by habit."""

_CHANNELS = {
    ("rgb", False): "RGB",
    ("luma-studio", False): "luma",
    ("luma-studio", True): "luma, rounded",
    ("luma-full", False): "full-range luma",
    ("luma-full", True): "full-range luma, rounded",
}
_EXPRESSED = {"channels", "round_luma", "quantise", "clip", "truncate", "brightness", "ssim"}
_EXPRESSED |= {"crop_multiple", "crop_from", "shave_scales", "shave_pixels"}
_PROSE = {"name", "version", "summary", "source", "colour"}
_OWN = "iqabench"
"""The source of protocols that no paper has."""
PIXELS = ("channels", "region", "files")
"""The habits that decide the compared pixels."""
SIMILARITY = ("window", "data_range", "ssim_of")
"""The habits that decide SSIM besides."""


def habits_of(protocol: Protocol) -> Habits | None:
    """Return the habits of a protocol; None when some of what it does is no habit known here."""
    if protocol.source == _OWN:
        return None
    for name, field in Protocol.model_fields.items():
        if name not in _EXPRESSED | _PROSE and getattr(protocol, name) != field.get_default():
            return None
    channels = _CHANNELS.get((protocol.channels, protocol.round_luma))
    region, files = _region(protocol), _FILES.get(protocol.brightness)
    similarity = _similarity(protocol, channels or "", region or "")
    if channels is None or region is None or files is None or similarity is None:
        return None
    return {"channels": channels, "region": region, "files": files, **similarity}


_FILES = {"none": "as they are"} | {kind: way for way, kind in MATCHES.items()}


def _region(protocol: Protocol) -> str | None:
    border = protocol.shave_scales, protocol.shave_pixels
    if protocol.crop_multiple > 1:
        start = "centre, " if protocol.crop_from == "centre" else ""
        name = f"{start}multiple of {protocol.crop_multiple}"
        name += ", scale" if border == (1, 0) else ""
        return name if border in ((0, 0), (1, 0)) and name in REGIONS else None
    name = {(0, 0): "none", (1, 0): "scale", (2, 0): "twice the scale"}.get(border, "")
    scales, pixels = border
    name = name or ("scale + " if scales else "") + f"{pixels}" + ("" if scales else " pixels")
    return name if name in REGIONS and scales <= 2 else None


def _similarity(protocol: Protocol, channels: str, region: str) -> Habits | None:
    """Return the habits of SSIM; None for a variant that is none of them."""
    variant = protocol.ssim
    rounds = variant.rounded and not protocol.round_luma
    plain = SsimVariant.model_validate({**variant.model_dump(), "rounded": False})
    window = similarity_ways.BY_VARIANT.get(plain)
    ssim_of = "the same pixels"
    if rounds and channels != "RGB":
        ssim_of = f"{channels}, rounded; region: {region}"
    if window is None or ssim_of not in similarity_ways.SSIM_OF:
        return None
    if rounds and protocol.brightness != "none":  # which leaves values that are not whole
        return None
    return {"window": window, "data_range": "255", "ssim_of": ssim_of}


class NamedHabits(NamedTuple):
    """A protocol and its habits."""

    protocol: Protocol
    habits: Habits

    def has(self, ways: Mapping[str, str], habits: Iterable[str]) -> bool:
        """Return whether the ways of these habits are the protocol's."""
        return all(self.habits[habit] == ways[habit] for habit in habits)


def expressed_protocols() -> Mapping[str, NamedHabits]:
    """Return every protocol that habits express, by its name."""
    return _expressed(os.environ.get(PLACES, ""))


@cache
def _expressed(_own: str) -> Mapping[str, NamedHabits]:
    known = {name: (protocol, habits_of(protocol)) for name, protocol in protocols().items()}
    return MappingProxyType(
        {n: NamedHabits(protocol, habits) for n, (protocol, habits) in known.items() if habits}
    )


def protocols_with(channels: str, region: str, files: str) -> tuple[NamedHabits, ...]:
    """Return the protocols that compare these pixels."""
    return _with_pixels(os.environ.get(PLACES, "")).get((channels, region, files), ())


@cache
def _with_pixels(own: str) -> Mapping[tuple[str, ...], tuple[NamedHabits, ...]]:
    found: dict[tuple[str, ...], tuple[NamedHabits, ...]] = {}
    for named in _expressed(own).values():
        key = tuple(named.habits[habit] for habit in PIXELS)
        found[key] = (*found.get(key, ()), named)
    return MappingProxyType(found)


def whole_protocols() -> list[Protocol]:
    """Return the protocols that no habits express and that a pair of 8-bit images is enough for."""
    known = expressed_protocols()
    return [p for name, p in protocols().items() if name not in known and _is_of_pairs(p)]


def _is_of_pairs(protocol: Protocol) -> bool:
    return (
        protocol.reference == "target"
        and protocol.source != _OWN
        and protocol.domain == "image"
        and protocol.channels not in ("grey", "bands", "magnitude")
        and protocol.region == "image"
        and not protocol.frames
    )
