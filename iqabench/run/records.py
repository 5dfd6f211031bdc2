"""Numbers become records here: with key, protocol, weights, device and time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import nan
from typing import Any

from iqabench.errors import IqabenchError
from iqabench.images import Case
from iqabench.metrics import AnyColumn, Column, SetColumn, attempts
from iqabench.metrics.core.many import many_attempts
from iqabench.models.core.card import Card
from iqabench.run.environment import device_name, now, versions
from iqabench.sets import SampleSet
from iqabench.store import WHOLE_SET, Record, content_key


@dataclass(frozen=True)
class Score:
    """A value, or the reason why there is none."""

    value: float
    error: str = ""


def score(columns: list[Column], case: Case) -> list[Score]:
    """Return one score per column; a column that is not defined here fails by itself."""
    return [_score(result) for result in attempts(columns, case)]


def score_many(
    columns: list[Column], cases: Sequence[Case], device: str, *, together: bool = False
) -> list[list[Score]]:
    """Return the scores of each case; `together` in batches, where metrics have a form for that."""
    if together and all(case.target is not None for case in cases):
        results = many_attempts(columns, cases, device)
        return [[_score(result) for result in of_case] for of_case in results]
    return [score(columns, case) for case in cases]


def _score(found: float | IqabenchError) -> Score:
    return Score(nan, str(found)) if isinstance(found, IqabenchError) else Score(found)


@dataclass(frozen=True)
class Subject:
    """What a record says of the set."""

    task: str
    set: str
    set_hash: str
    scale: int
    level: str
    scale_denominator: int = 1
    """The number below the line, where the scale is a fraction."""

    @classmethod
    def of_set(cls, images: SampleSet) -> "Subject":
        """The same of a loaded set."""
        scale = images.scale
        return cls(
            images.task,
            images.name,
            images.hash,
            scale.numerator,
            images.level,
            scale.denominator,
        )


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a record says of where outputs come from."""

    model: str
    model_hash: str
    model_facts: str
    model_version: int = 1
    random_weights: bool = False
    precision: str = "fp32"
    tile: int = 0
    device_class: str = "cpu"
    device: str = ""
    setting: str = ""
    """The setting of the model where it differs from its default."""

    @classmethod
    def of_card(
        cls,
        card: Card,
        model_hash: str,
        *,
        random_weights: bool = False,
        precision: str = "fp32",
        tile: int = 0,
        device: str = "cpu",
        setting: str = "",
    ) -> "Origin":
        """Outputs of a model with these weights, on a device as torch names it."""
        return cls(
            model=card.id,
            model_hash=model_hash,
            model_facts=card.facts_json,
            model_version=card.version,
            random_weights=random_weights,
            precision=precision,
            tile=tile,
            device_class=device.partition(":")[0],
            device=device_name(device),
            setting=setting,
        )


class RecordMaker:
    """Makes the records of one model on one set; what they share is collected once."""

    def __init__(
        self, subject: Subject, origin: Origin, run: str, *, batched: bool = False
    ) -> None:
        self.subject, self.origin = subject, origin
        self._batched = {"batched": True} if batched else {}
        """Batched forms of metrics round otherwise; keys from before there were any stay as they are."""
        facts = asdict(origin)
        del facts["model_version"], facts["tile"]
        self._shared: dict[str, Any] = {
            **asdict(subject),
            **facts,
            "run": run,
            "versions": versions(),
        }

    def key(self, column: AnyColumn, role: str = "") -> str:
        """Return the content key: equal keys mean equal numbers.

        Roles and settings enter it where they are not the plain ones, so that keys from before there were
        any stay as they are.
        """
        names = (
            "set_hash",
            "level",
            "model",
            "model_hash",
            "random_weights",
            "precision",
            "device_class",
        )
        parts = {name: self._shared[name] for name in names}
        special = {"role": role, "setting": self.origin.setting}
        parts |= {name: value for name, value in special.items() if value}
        tile, version = self.origin.tile, self.origin.model_version
        return content_key(**parts, **self._batched, column=column.key, tile=tile, version=version)

    def failed(self, column: AnyColumn, sample: str, error: str, role: str = "") -> Record:
        """Return a record that says why there is no number."""
        return self.make(column, sample, Score(nan, error), None, role=role)

    def of_frames(self, clip: Record, scores: Sequence[Score]) -> list[Record]:
        """Return the records of single frames beside the record of their clip."""
        return [
            replace(
                clip,
                kind="frame",
                frame=frame,
                status="failed" if one.error else "ok",
                value=None if one.error else one.value,
                error=one.error,
            )
            for frame, one in enumerate(scores)
        ]

    def over_set(self, column: SetColumn, found: Score, images: int) -> Record:
        """The record of a column over a whole set of so many images."""
        return replace(self.make(column, WHOLE_SET, found, None), kind="set", images=images)

    def make(
        self,
        column: AnyColumn,
        sample: str,
        found: Score,
        restore_ms: float | None,
        tile: int | None = None,
        note: str = "",
        *,
        role: str = "",
    ) -> Record:
        """Return the record of one column for one sample; `tile` if it is not the one that was asked for.

        A column of an output with a role of its own is named ROLE:COLUMN.
        """
        return Record(
            key=self.key(column, role),
            sample=sample,
            column=f"{role}:{column.name}" if role else column.name,
            role=role,
            status="failed" if found.error else "ok",
            value=None if found.error else found.value,
            error=found.error,
            unit=column.metric.unit,
            better=column.metric.better,
            metric=column.metric.name,
            metric_version=column.metric.version,
            protocol=column.protocol.name,
            protocol_hash=column.protocol.hash,
            tile=self.origin.tile if tile is None else tile,
            tile_note=note,
            reference=column.protocol.identity,
            restore_ms=restore_ms,
            time=now(),
            **self._shared,
        )
