"""Subjects of a table: a setting (one set at one level), its columns, and the configurations compared."""

import json
import re
from dataclasses import dataclass
from typing import Any

from iqabench.errors import UnknownNameError, UsageError
from iqabench.protocol import Protocol
from iqabench.protocols import protocol, protocols

PLAIN_PRECISION = "fp32"

COST = "cost"
"""Task of settings whose set is a device and whose level is the size of the input."""


@dataclass(frozen=True)
class Setting:
    """One set at one scale and level, with exactly these samples and inputs."""

    task: str
    set: str
    scale: int
    level: str
    set_hash: str

    @property
    def is_cost(self) -> bool:
        """True when it is a device and a size, and no set of images."""
        return self.task == COST

    @property
    def order(self) -> tuple[object, ...]:
        """Key that sorts settings: by task, scale and level, then sets by name, set5 before set14."""
        return self.task, self.scale, natural(self.level), natural(self.set), self.set_hash


@dataclass(frozen=True)
class MeasuredColumn:
    """A column as it was measured; another metric version or protocol is another column."""

    column: str
    metric: str
    metric_version: int
    protocol: str
    protocol_hash: str
    unit: str
    better: str
    reference: str = ""
    """Identity of its reference among others of that name; empty when it is the target."""

    @property
    def known_protocol(self) -> Protocol | None:
        """Protocol under which it was measured; None when this iqabench knows another of that name."""
        try:
            known = protocol(self.protocol)
        except (UnknownNameError, UsageError):
            return None
        known = known.bound(self.reference) if self.reference else known
        return known if known.hash == self.protocol_hash else None

    @property
    def role(self) -> str:
        """Role of the output that was measured, as in low of low:psnr@sr-y; empty for the output itself."""
        return self.column.partition("@")[0].rpartition(":")[0]

    @property
    def is_image_cost(self) -> bool:
        """True for a cost of the restoration of each image, such as macs@image, which is no quality."""
        return self.protocol == "image"

    @property
    def sign(self) -> int:
        """Sign of the better direction: 1 when more is better, -1 when less is."""
        return -1 if self.better == "lower" else 1

    @property
    def protocol_version(self) -> int | None:
        """Version of the protocol; None when this iqabench knows another protocol of that name."""
        known = self.known_protocol
        return known.version if known else None

    @property
    def order(self) -> tuple[object, ...]:
        """Key that sorts columns: the output first, protocols as their file has them, dB before others."""
        names = list(protocols())
        base = self.protocol.partition(":")[0]
        place = names.index(base) if base in names else len(names)
        version = (self.metric_version, self.protocol_hash)
        return (
            self.role,
            place,
            self.protocol,
            self.unit != "dB",
            self.better != "higher",
            self.metric,
            version,
            natural(self.column),
            self.reference,
        )


@dataclass(frozen=True)
class Configuration:
    """A model as it ran. Two that differ in any of this are two rows, never one mean."""

    model: str
    model_hash: str
    random_weights: bool
    precision: str
    tile: int
    """Tile that was asked for; 0 when tiling was automatic, which the provenance tells."""
    device_class: str
    mode: str = ""
    """Modes joined by +: compile, channels_last, cuda_graph; empty for a plain run."""
    setting: str = ""
    """Setting of the model when it differs from its default, as in alpha=0.5."""

    @property
    def order(self) -> tuple[object, ...]:
        """Key that sorts configurations: by name, those with true weights first, plain ones first."""
        precision = (self.precision != PLAIN_PRECISION, self.precision)
        return (
            self.model,
            self.random_weights,
            self.model_hash,
            *precision,
            self.tile,
            self.device_class,
            self.mode,
            self.setting,
        )


@dataclass(frozen=True)
class VariantFacts:
    """Facts that make a model a variant of another."""

    parent: str
    """Id or explicit name of the model that it was made from."""
    method: str
    recipe: str

    @classmethod
    def read(cls, found: object) -> "VariantFacts | None":
        """Return the facts in a record; None when the model is no variant."""
        if not isinstance(found, dict) or not found.get("parent"):
            return None
        return cls(*(str(found.get(name) or "") for name in ("parent", "method", "recipe")))

    def __str__(self) -> str:
        recipe = f": {self.recipe}" if self.recipe else ""
        return f"Variant of {self.parent}, {self.method or 'method not stated'}{recipe}"


@dataclass(frozen=True)
class ModelFacts:
    """Facts of a model's card; none of them is needed to report its numbers."""

    title: str = ""
    family: str = ""
    params: int | None = None
    licence: str = ""
    source: str = ""
    code: str = ""
    training_sets: tuple[str, ...] = ()
    notes: str = ""
    variant: VariantFacts | None = None
    settings: tuple[tuple[str, float], ...] = ()
    """Names and defaults of the settings that may be swept."""

    @classmethod
    def read(cls, text: str) -> "ModelFacts":
        """Return the facts in a record's JSON; what is absent or of another type stays empty."""
        try:
            found = json.loads(text)
        except ValueError:
            return cls()
        return cls._of(found) if isinstance(found, dict) else cls()

    @classmethod
    def _of(cls, found: dict[str, Any]) -> "ModelFacts":
        params, sets = found.get("params"), found.get("training_sets")
        named = ("title", "family", "licence", "source", "code", "notes")
        words = {n: str(found.get(n) or "") for n in named}
        return cls(
            params=params if isinstance(params, int) else None,
            training_sets=tuple(str(s) for s in sets) if isinstance(sets, list) else (),
            variant=VariantFacts.read(found.get("variant")),
            settings=_defaults(found.get("settings")),
            **words,
        )


def _defaults(found: object) -> tuple[tuple[str, float], ...]:
    items = found.items() if isinstance(found, dict) else ()
    return tuple((str(name), float(v)) for name, v in items if isinstance(v, int | float))


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return the key that sorts text with its numbers as numbers."""
    return tuple((int(p) if p.isdigit() else -1, p) for p in re.split(r"([0-9]+)", text) if p)
