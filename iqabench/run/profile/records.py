"""Records of cost: the device stands for the set, the size for the level, the probe for the metric."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from iqabench.models.core.card import Card
from iqabench.models.core.model import Precision
from iqabench.probes import CostColumn, ProbeResult, Size
from iqabench.run.environment import device_name, now, versions
from iqabench.store import NO_SAMPLE, Record, content_key

TASK = "cost"


class CostSubject(Protocol):
    """The facts of a model that stand in records of its costs; a loaded model has them."""

    @property
    def card(self) -> Card:
        """The card."""

    @property
    def hash(self) -> str:
        """The identity of its weights."""

    @property
    def random_weights(self) -> bool:
        """True where the weights are random."""

    @property
    def precision(self) -> Precision:
        """The precision that it computes in."""

    @property
    def convention(self) -> str:
        """The difference between the calling convention that the user declared and the one that was found."""


@dataclass(frozen=True)
class CountedModel:
    """A model that was loaded on another machine, by the facts that records need."""

    card: Card
    hash: str
    random_weights: bool
    precision: Precision
    convention: str

    @classmethod
    def of(cls, model: CostSubject) -> "CountedModel":
        """Return the facts of a loaded model."""
        return cls(model.card, model.hash, model.random_weights, model.precision, model.convention)


@dataclass(frozen=True)
class CostMeasurement:
    """One cost of one model at one size, or the reason why there is none."""

    model: CostSubject
    size: Size
    column: CostColumn
    found: ProbeResult | None
    error: str = ""


class CostMaker:
    """The maker of records of one run on one device."""

    def __init__(self, device: str, mode: str, run: str) -> None:
        self._device, self._mode, self._run = device, mode, run
        self._class = device.partition(":")[0]
        self._name = device_name(device)
        self._place = self._name if self._class != "cpu" else f"{self._name} ({_threads()})"
        self._hash = content_key(device=self._place)
        self._versions = versions()

    def key(self, model: CostSubject, size: Size, column: CostColumn) -> str:
        """Return the content key: equal keys mean the same thing measured in the same way."""
        declared = {"setting": model.convention} if model.convention else {}
        return content_key(
            **declared,
            set_hash=self._hash,
            level=size.name,
            model=model.card.id,
            model_hash=model.hash,
            scale=model.card.scale,
            random_weights=model.random_weights,
            precision=model.precision,
            mode=self._mode,
            device_class=self._class,
            version=model.card.version,
            column=[column.name, column.probe.version, column.hash],
        )

    def make(self, one: CostMeasurement, more: dict[str, Any]) -> Record:
        """Make the record of one cost; `more` joins its details."""
        model, column, card = one.model, one.column, one.model.card
        details = {**(one.found.details if one.found else {}), **more}
        return Record(
            key=self.key(model, one.size, column),
            sample=NO_SAMPLE,
            column=column.named(one.size.name),
            status="ok" if one.found else "failed",
            value=one.found.value if one.found else None,
            error=one.error,
            unit=column.probe.unit,
            better=column.probe.better,
            metric=column.probe.name,
            metric_version=column.probe.version,
            protocol=column.convention,
            protocol_hash=column.hash,
            task=TASK,
            set=self._place,
            set_hash=self._hash,
            scale=card.whole_scale,
            level=one.size.name,
            model=card.id,
            model_hash=model.hash,
            model_facts=card.facts_json,
            random_weights=model.random_weights,
            setting=model.convention,
            precision=model.precision,
            tile=0,
            tile_note="",
            device_class=self._class,
            device=self._name,
            restore_ms=None,
            run=self._run,
            versions=self._versions,
            time=now(),
            kind="cost",
            mode=self._mode,
            details=json.dumps(details, separators=(",", ":")),
        )


def _threads() -> str:
    count = torch.get_num_threads()
    return f"{count} thread{'s' if count != 1 else ''}"
