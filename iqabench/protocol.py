"""Protocols: what is compared with what, before any metric sees a pixel.

Two papers' "PSNR" differ by 1.32 dB because one takes another luma; so colour, rounding and shave are
neither keywords of a metric nor habits of a script but a named, versioned, hashed `Protocol`, and every
stored number carries its name and hash.
"""

import hashlib
import json
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from iqabench.errors import FactsError, UnknownNameError, UsageError
from iqabench.facts import Facts, read_yaml, validate

Domain = Literal["image", "luma"]
"""What a model is given: the set's image as it is, or its luma rounded to 8 bits."""

Reference = Literal["target", "input", "model", "consensus", "restored", "pool"]
"""What an output is compared with: its target, or what stands in for one."""

Argument = Literal["", "model", "pool"]

_COMPARED_WITH: dict[Reference, str] = {
    "target": "the target",
    "input": "the input that the output was made from",
    "model": "the output of another model",
    "consensus": "the median of several models' outputs",
    "restored": "the output restored once more",
    "pool": "a pool of pristine images",
}

_FILE = Path(__file__).with_name("protocols.yaml")


class Protocol(Facts):
    """How an output is compared with its target."""

    name: str
    version: int
    summary: str
    source: str
    reference: Reference = "target"
    """What the output is compared with. `input`: the output is degraded again first."""
    argument: Argument = ""
    """What belongs behind the protocol's name and a colon: a model, as in model:rcan, or a pool."""
    named: str = ""
    """What was written there."""
    identity: str = ""
    """What tells the reference from others of that name: hashes of weights, members of a consensus."""
    domain: Domain = "image"
    """What the model restores. With `luma` input and target are made from the target's luma."""
    quantise: bool = True
    """Whether the output is clipped to 0..255 and rounded half up to 8 bits first."""
    channels: Literal["rgb", "grey", "luma-studio", "luma-full"]
    """What is compared. `rgb` compares one-channel pairs as they are, luma expands them; `grey` takes
    one-channel pairs alone. Luma is BT.601, of studio swing (16..235) or full range (0..255)."""
    round_luma: bool = False
    """Whether luma is rounded to an integer."""
    shave_scales: int = 0
    """Border left out, in multiples of the scale."""
    shave_pixels: int = 0
    """Border left out besides, in pixels of the target."""
    colour: str = ""
    """The protocol that a bare metric means instead, if it is one that looks at colour."""

    @cached_property
    def hash(self) -> str:
        """12 hexadecimal digits over everything that decides a number (not the prose)."""
        facts = self.model_dump(exclude={"summary", "source", "colour"})
        if self.reference == "target":  # hashes from before there was another keep their meaning
            for name in ("reference", "argument", "named", "identity"):
                del facts[name]
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def compared_with(self) -> str:
        """What the output is compared with, in words."""
        return _COMPARED_WITH[self.reference]

    def bound(self, identity: str) -> "Protocol":
        """The same, with a reference that is known to the bit: its hash is of that, too."""
        return Protocol(**{**self.model_dump(), "identity": identity})

    def shave(self, scale: int) -> int:
        """The border, in pixels of the target, that is left out at this scale."""
        return self.shave_scales * scale + self.shave_pixels


@cache
def protocols() -> dict[str, Protocol]:
    """All protocols by name, in the order of the file.

    Raises: FactsError when the file is wrong or names one twice.
    """
    found: dict[str, Protocol] = {}
    for index, data in enumerate(read_yaml(_FILE)):
        protocol = validate(Protocol, data, _FILE, [index])
        if protocol.name in found:
            raise FactsError(f"{_FILE}: the protocol '{protocol.name}' stands there twice.")
        found[protocol.name] = protocol
    return found


def protocol(name: str) -> Protocol:
    """The protocol of that name; `model:rcan` is the protocol `model` with the model rcan.

    Raises: UnknownNameError with suggestions; UsageError when what belongs behind the colon is missing, or
        is one too many.
    """
    base, colon, named = name.partition(":")
    known = protocols()
    if base not in known:
        raise UnknownNameError("protocol", base, known)
    found = known[base]
    if found.argument and not named:
        example = {"model": "rcan", "pool": "FOLDER"}[found.argument]
        raise UsageError(f"protocol '{base}' needs a {found.argument}, as in {base}:{example}.")
    if colon and not found.argument:
        raise UsageError(
            f"protocol '{base}' takes nothing behind a colon; expected {base}, not '{name}'."
        )
    return Protocol(**{**found.model_dump(), "name": name, "named": named}) if named else found
