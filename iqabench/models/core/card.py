"""The card of a model: its declared facts, which the contract test compares with the model itself."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from iqabench.errors import ModelError
from iqabench.facts import Facts
from iqabench.files.remote import RemoteFile
from iqabench.models.core.signature import ModelSetting, Signature
from iqabench.tasks import RoleName, Scale, TaskName, scale_text, task_named


class WeightsFile(Facts):
    """The place of one file of published weights, with its size and checksum."""

    file: str
    url: str | None = None
    sha256: str | None = None
    """The checksum; None for some public files, which are pinned at the first download."""
    sha256_prefix: str | None = None
    """The beginning of the checksum, when the authors put only that into the name of the file."""
    bytes: int | None = None
    page: str | None = None
    """The web page where a person can get the file, when a program cannot."""

    @cached_property
    def remote(self) -> RemoteFile:
        """The file as `iqabench fetch` downloads it."""
        return RemoteFile(
            name=self.file,
            url=self.url,
            sha256=self.sha256,
            bytes=self.bytes,
            sha256_prefix=self.sha256_prefix,
            page=self.page,
        )


class Weights(WeightsFile):
    """The published weights: one file, and others without which it cannot be read."""

    embedded: bool = False
    """True when the file lies beside the card."""
    others: tuple[WeightsFile, ...] = ()
    """Further files: the index of a TensorFlow checkpoint, whose data are the first file, or files with other
    parts of the network."""

    @property
    def remotes(self) -> list[RemoteFile]:
        """All files as `iqabench fetch` downloads them, the first one first."""
        return [file.remote for file in (self, *self.others)]


class OutputsPlace(Facts):
    """The place of outputs that stand for a model without code: a folder, or files in a manifest."""

    folder: str = ""
    """The folder, relative to the card, with SET/SAMPLE.png or SAMPLE.png; clips are folders of frames.
    Models with several outputs have a folder for each role."""
    manifest: str = ""
    """A table beside the card with the columns set, role, sample, frame, path, bytes and sha256."""
    url: str = ""
    """The address of a file of the manifest; `{path}` stands for the column of that name."""
    page: str | None = None

    @model_validator(mode="after")
    def _check_place(self) -> "OutputsPlace":
        if bool(self.folder) == bool(self.manifest):
            raise ValueError("expected either a folder or a manifest")
        if self.manifest and "{path}" not in self.url:
            raise ValueError(
                "expected a url with {path}, the place of a file's path in the manifest"
            )
        return self


Method = Literal[
    "pruned",
    "slimmed",
    "sparsified",
    "distilled",
    "quantised",
    "binarised",
    "shifted",
    "collapsed",
    "adaptive",
    "post-processed",
]
"""The way in which a variant was made. A slimmed network was designed narrower or shorter and trained from
the start; a pruned one had channels removed; a sparsified one has single weights of 0; an adaptive one spends
less where an image is easy; of a post-processed one another model improves the output."""
Layout = Literal["parent", "widths", "int8", "binary", "shift", "folded"]
"""The difference between the network of a variant and the one that its card names."""


class Variant(Facts):
    """The origin of a model that was made from another."""

    parent: str
    """The id or explicit name of the model that it was made from, which has the same task and scale; a path
    or a factory when that model is not registered.
    """
    method: Method
    recipe: str
    """A description of the method in one line."""
    layout: Layout = "parent"
    """The difference from the network that the card names. `parent`: none; `widths`: layers of other widths,
    which are read from the weights; `int8`: convolutions with 8-bit integers; `binary`: convolutions of
    signs; `shift`: convolutions whose outputs are partly shifted copies; `folded`: linear layers folded
    together.
    """
    made: dict[str, Any] = Field(default_factory=dict)
    """The command, seed, data and versions of a variant that `iqabench compress` wrote."""
    figures: dict[str, dict[str, float | int | None]] = Field(default_factory=dict)
    """The values that were measured `before` and `after`, by column."""


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
    scales: tuple[int, ...] = ()
    """All scales of the one network, for a network that takes `scale` at each call; else empty."""
    loader: Literal[
        "network", "spandrel", "file", "onnx", "script", "factory", "command", "outputs", "chain"
    ] = "network"
    network: str = ""
    """The name of the callable in network.py, or a dotted path; of a chain the explicit name of the second
    model."""
    architecture: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)
    version: int = 1
    """The version of the implementation; it grows when the same weights give other pixels."""
    takes: dict[RoleName, Signature] = Field(default_factory=lambda: {"input": Signature()})
    """The parts of a sample that it takes, by role."""
    gives: dict[RoleName, Signature] = Field(default_factory=lambda: {"output": Signature()})
    """The outputs that it returns, by role."""
    settings: dict[str, ModelSetting] = Field(default_factory=dict)
    """The settings that can be chosen for a run, such as alpha from 0 to 1."""
    state: bool = False
    """True when each frame of a clip needs the state after the frame before it: `forward(..., state)` returns
    outputs and state."""
    cost: Literal["static", "per image"] = "static"
    """`static` when all images of one size cost the same; `per image` when the cost depends on the pixels:
    then runs have the columns macs@image and heavy@image, and the network may tell `heavy` beside its
    outputs, the share of the heavy path."""
    channels: Literal["rgb", "grey", "y", "any"] = "rgb"
    """The channels that the network takes; `y` is luma: the chroma of a colour image is enlarged by bicubic
    interpolation."""
    range: Literal[1, 255] = 1
    """The numeric range of the network's inputs and outputs: 0..1 or 0..255."""
    size_multiple: int = 1
    """The number that height and width of the input are padded to a multiple of, by reflection."""
    min_size: int = 1
    """The least height and width that inputs are padded to."""
    output: str = ""
    """The place (0) or the name of the image in what the network returns; empty when it returns a tensor."""
    whole_image: bool = False
    """True when attention pools over most of the image, so that tiles change more than seams."""
    params: int | None = None
    """The number of trainable parameters."""
    training_sets: tuple[str, ...] = ()
    variant: Variant | None = None
    """The origin of a variant; None for a model that is not a variant."""
    weights: Weights | None = None
    outputs: OutputsPlace | None = None
    """The outputs of a model that is only known by them (loader: outputs)."""
    notes: str = ""
    folder: Path = Path()
    """The folder of the card."""

    @model_validator(mode="after")
    def _check_outputs(self) -> "Card":
        if (self.loader == "outputs") != (self.outputs is not None):
            raise ValueError("expected loader: outputs and outputs together")
        return self

    @property
    def name(self) -> str:
        """The explicit name, such as rlfn_x4; the id for models that keep the size."""
        return (
            f"{self.id}_x{scale_text(self.scale)}" if task_named(self.task).has_scales else self.id
        )

    @property
    def whole_scale(self) -> int:
        """The scale of a model whose scale is an integer.

        Raises: ModelError when it is a fraction.
        """
        if not isinstance(self.scale, int):
            raise ModelError(
                f"{self.name} scales by a fraction; expected a model with an integer scale."
            )
        return self.scale

    @property
    def planes(self) -> int:
        """The number of channels of the network's input; 3 for a model that takes any number."""
        return 1 if self.channels in ("grey", "y") else 3

    @property
    def seed(self) -> str:
        """The name of the setting that is the seed of draws; empty for a model that does not draw."""
        return next((name for name, setting in self.settings.items() if setting.draws), "")

    @property
    def is_plain(self) -> bool:
        """True when the model takes one image and gives one: its network is called with an unnamed batch."""
        plain = Signature()
        takes, gives = list(self.takes.items()), list(self.gives.items())
        is_image = takes == [("input", plain)] and gives == [("output", plain)]
        return is_image and not self.settings and not self.state and self.cost == "static"

    @property
    def looks_at_clips(self) -> bool:
        """True when other frames of a clip, or a state, decide what the model makes of one."""
        several = any(
            s.frames not in ("each", 1) or s.before or s.after for s in self.takes.values()
        )
        return several or self.state

    @property
    def facts_json(self) -> str:
        """The facts of the model that records contain, as JSON."""
        names = (
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
        facts: dict[str, Any] = {name: getattr(self, name) for name in names}
        if not isinstance(self.scale, int):
            facts["scale"] = scale_text(self.scale)
        if self.settings:
            facts["settings"] = {
                name: setting.default
                for name, setting in self.settings.items()
                if not setting.draws
            }
        if self.variant is not None:
            facts["variant"] = self.variant.model_dump(include={"parent", "method", "recipe"})
        return json.dumps(facts, separators=(",", ":"))
