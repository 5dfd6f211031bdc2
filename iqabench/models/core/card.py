"""What is declared about a model: checked against the real thing by the contract test."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from iqabench.errors import ModelError
from iqabench.facts import Facts
from iqabench.files.remote import RemoteFile
from iqabench.models.core.signature import ModelSetting, Signature
from iqabench.tasks import RoleName, Scale, TaskName, scale_text, task_named


class Weights(Facts):
    """Where the published weights are, and what their bytes must be."""

    file: str
    url: str | None = None
    sha256: str | None = None
    """Unknown for some public files: those are pinned on first download."""
    sha256_prefix: str | None = None
    """The part of the hash that the authors put into the file's name."""
    bytes: int | None = None
    page: str | None = None
    """Where a person can get the file, when no program can."""
    embedded: bool = False
    """Whether the file lies beside the card, in this package."""

    @cached_property
    def remote(self) -> RemoteFile:
        """As a file to fetch."""
        return RemoteFile(
            name=self.file,
            url=self.url,
            sha256=self.sha256,
            bytes=self.bytes,
            sha256_prefix=self.sha256_prefix,
            page=self.page,
        )


Method = Literal["pruned", "slimmed", "distilled", "quantised", "binarised", "collapsed"]
"""Slimmed: made narrower or shorter by hand and trained anew, where pruning takes channels out."""
Layout = Literal["parent", "widths", "int8", "folded"]


class Variant(Facts):
    """What makes a model a variant of another."""

    parent: str
    """The model that it was made from, of the same task and scale: its id or explicit name; a path or a
    factory where it was not registered.
    """
    method: Method
    recipe: str
    """How, in one line that people can read."""
    layout: Layout = "parent"
    """How the network differs from the one the card names: not at all; in the widths of its layers, which
    the weights tell; in convolutions that compute with 8-bit integers; in linear layers folded together.
    """
    made: dict[str, Any] = Field(default_factory=dict)
    """For variants that `iqabench compress` made: command, seed, data, versions."""
    figures: dict[str, dict[str, float | int | None]] = Field(default_factory=dict)
    """What was measured `before` and `after`, by column."""


class Card(Facts):
    """One model at one scale."""

    id: str
    family: str
    title: str
    source: str = ""
    code: str = ""
    licence: str = "none stated"
    task: TaskName = "sr"
    scale: Scale = 1
    """The size of the output by that of the input: a whole number, or a fraction such as 3/2."""
    loader: Literal["network", "spandrel", "file", "onnx", "script", "factory", "command"] = (
        "network"
    )
    network: str = ""
    """The callable in network.py, or a dotted path."""
    architecture: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)
    version: int = 1
    """Raised when the same weights would give other pixels."""
    takes: dict[RoleName, Signature] = Field(default_factory=lambda: {"input": Signature()})
    """The parts of a sample that it takes, by role."""
    gives: dict[RoleName, Signature] = Field(default_factory=lambda: {"output": Signature()})
    """The outputs that it returns, by role."""
    settings: dict[str, ModelSetting] = Field(default_factory=dict)
    """The knobs that it can be run at, such as alpha from 0 to 1."""
    state: bool = False
    """True when each frame of a clip needs what the frame before left: `forward(..., state)` returns both."""
    cost: Literal["static", "per image"] = "static"
    """Whether it costs as much on every image of a size."""
    channels: Literal["rgb", "grey", "any"] = "rgb"
    range: Literal[1, 255] = 1
    """The network's own numeric range, of input and output."""
    size_multiple: int = 1
    """Height and width of the input are padded by reflection to a multiple of this."""
    min_size: int = 1
    """And to at least this."""
    whole_image: bool = False
    """Attention that pools over most of the image: tiles change what it computes, not only seams."""
    params: int | None = None
    """Trainable parameters."""
    training_sets: tuple[str, ...] = ()
    variant: Variant | None = None
    """Absent for models that stand for themselves."""
    weights: Weights | None = None
    notes: str = ""
    folder: Path = Path()
    """Where the card stands."""

    @property
    def name(self) -> str:
        """The explicit name: rlfn_x4; models that keep the size go by their id."""
        return (
            f"{self.id}_x{scale_text(self.scale)}" if task_named(self.task).has_scales else self.id
        )

    @property
    def whole_scale(self) -> int:
        """The scale, where it is a whole number.

        Raises: ModelError for a fraction, which few can work with.
        """
        if not isinstance(self.scale, int):
            raise ModelError(
                f"{self.name} scales by a fraction; expected a model of a whole scale."
            )
        return self.scale

    @property
    def is_plain(self) -> bool:
        """True for one image in, one image out: the network is called with a batch and no names."""
        plain = Signature()
        takes, gives = list(self.takes.items()), list(self.gives.items())
        is_image = takes == [("input", plain)] and gives == [("output", plain)]
        return is_image and not self.settings and not self.state

    @property
    def facts_json(self) -> str:
        """What a record says of the model."""
        kept = (
            "title",
            "family",
            "task",
            "scale",
            "params",
            "licence",
            "source",
            "code",
            "training_sets",
            "notes",
        )
        facts: dict[str, Any] = {name: getattr(self, name) for name in kept}
        if not isinstance(self.scale, int):
            facts["scale"] = scale_text(self.scale)
        if self.variant is not None:
            facts["variant"] = self.variant.model_dump(include={"parent", "method", "recipe"})
        return json.dumps(facts, separators=(",", ":"))
