"""The making of records: a score gets its key, protocol, model, device and time.

A key covers everything that decides a number; equal keys mean equal numbers:

- the set: the checksums of all files, the level, and all values of the degradations that make inputs
- the model: its id and version, and its hash, which covers
    - the weights
    - for a factory: its file, the user's files that it imports, and the data that these read while the
      network is made
    - for a card that the user brings: its facts, network.py, what that imports and reads, and files that its
      arguments name
    - for a command: its words, its program, the files and folders that it names, and what scripts among them
      import
    - for an ONNX model: its files of external data
- the number of threads of a network on a CPU, where it is not 1, for it decides the last digits
- the conditions: precision, size of tiles, kind of device, setting, calling convention, random weights
- the column: metric with its version, protocol with all its values, and the identity of a pseudo-reference
- for outputs that are scored as they are: the checksums of all of them

Installed packages are not part of it; a record names the versions of those that it was computed with.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import nan
from typing import Any

import torch

from iqabench.metrics import AnyColumn, SetColumn
from iqabench.models.core.card import Card
from iqabench.run.environment import device_name, now, versions
from iqabench.run.scores import Score
from iqabench.sets import SampleSet
from iqabench.store import WHOLE_SET, Record, content_key, without_seed


@dataclass(frozen=True)
class Subject:
    """The fields of a record about the set."""

    task: str
    set: str
    set_hash: str
    scale: int
    level: str
    scale_denominator: int = 1
    """The denominator of the scale; 1 for an integer."""

    @classmethod
    def of_set(cls, images: SampleSet) -> "Subject":
        """Return the fields of a loaded set."""
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
    """The fields of a record about the origin of outputs: the model and its conditions."""

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
    """The setting of the model where it differs from its default, with the seed of a draw."""
    draw: int | None = None
    """The seed of a model that draws at random; None for all others."""
    seed: str = ""
    """The name of the setting that is the seed."""
    threads: int = 1
    """The number of threads, where it decides the last digits: for a network on a CPU; otherwise 1."""

    @property
    def shown_setting(self) -> str:
        """The setting without the seed, as records have it."""
        return without_seed(self.setting, self.seed)

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
        draw: tuple[str, int] | None = None,
        threads: int = 1,
    ) -> "Origin":
        """Return the origin of the outputs of a model with these weights; torch names the device.

        `draw` is the name and the value of the seed of a model that draws at random.
        """
        seed, number = draw or ("", None)
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
            draw=number,
            seed=seed,
            threads=threads,
        )


class RecordMaker:
    """The maker of records of one model on one set; their shared fields are collected once."""

    def __init__(
        self, subject: Subject, origin: Origin, run: str, *, batched: bool = False
    ) -> None:
        self.subject, self.origin = subject, origin
        self._batched = {"batched": True} if batched else {}
        """The key's mark of batched metrics, which round differently; other keys stay as they were."""
        facts = asdict(origin)
        del facts["model_version"], facts["tile"], facts["threads"], facts["seed"]
        facts["setting"] = origin.shown_setting
        self._shared: dict[str, Any] = {
            **asdict(subject),
            **facts,
            "run": run,
            "versions": versions(),
        }
        self._metric_threads = torch.get_num_threads()
        """The number of threads of the process that scores, whichever process asks for a key."""
        self._of_column: dict[tuple[AnyColumn, str], dict[str, Any]] = {}
        """The fields of a record about its column, by column and role: a set has a record for each image."""

    def old_key(self, column: AnyColumn, role: str = "", subset: str = "") -> str:
        """Return the key that versions without threads in keys gave."""
        return self.key(column, role, subset, with_threads=False)

    def key(
        self, column: AnyColumn, role: str = "", subset: str = "", *, with_threads: bool = True
    ) -> str:
        """Return the content key: equal keys mean equal numbers.

        A role, a setting and a subset (the identity of the samples of a column over only some of the set) are
        part of it only when they are not empty, and numbers of threads only when they are not 1, so that the
        keys of old stores stay valid.
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
        special = {"role": role, "setting": self.origin.setting, "subset": subset}
        parts |= {name: value for name, value in special.items() if value}
        metric_threads = self._metric_threads if self.threads_decide(column) else 1
        threads = {"threads": self.origin.threads, "metric_threads": metric_threads}
        parts |= {name: count for name, count in threads.items() if count != 1 and with_threads}
        tile, version = self.origin.tile, self.origin.model_version
        return content_key(**parts, **self._batched, column=column.key, tile=tile, version=version)

    def threads_decide(self, column: AnyColumn) -> bool:
        """Return whether the number of threads that score decides the last digits of a column.

        Measured with 1 and 2 threads of torch and of BLAS on a Xeon: 37 metrics had the same digits, LPIPS
        included, which had others on another processor. Of 12 networks that restore 9 had other digits.
        """
        networks = ("model", "restored", "consensus")
        has_network = column.metric.network or column.protocol.reference in networks
        on_cpu = self.origin.device_class == "cpu"
        return has_network and on_cpu

    def make_failed(self, column: AnyColumn, sample: str, error: str, role: str = "") -> Record:
        """Return a record without a number, with the reason."""
        return self.make(column, sample, Score(nan, error), None, role=role)

    def of_frames(self, clip: Record, scores: Mapping[int, Score]) -> list[Record]:
        """Return the records of single frames, by their numbers, from the record of their clip."""
        return [
            replace(
                clip,
                kind="frame",
                frame=frame,
                status="failed" if result.error else "ok",
                value=None if result.error else result.value,
                error=result.error,
            )
            for frame, result in scores.items()
        ]

    def of_whole_set(
        self, column: SetColumn, result: Score, images: int, subset: str = ""
    ) -> Record:
        """Return the record of a column over a whole set, or a subset, with this number of images."""
        record = self.make(column, WHOLE_SET, result, None)
        key = self.key(column, subset=subset)
        return replace(record, key=key, kind="set", images=images)

    def make(
        self,
        column: AnyColumn,
        sample: str,
        result: Score,
        restore_ms: float | None,
        tile: int | None = None,
        note: str = "",
        *,
        role: str = "",
        decoder: str = "",
    ) -> Record:
        """Return the record of one column for one sample; `tile` when it differs from the run's option.

        `decoder`: library and version of the decoder of lossy files.

        The column of an output with another role than `output` is named ROLE:COLUMN.
        """
        return Record(
            sample=sample,
            status="failed" if result.error else "ok",
            value=None if result.error else result.value,
            error=result.error,
            tile=self.origin.tile if tile is None else tile,
            tile_note=note,
            restore_ms=restore_ms,
            time=now(),
            decoder=decoder,
            **self._facts_of(column, role),
            **self._shared,
        )

    def _facts_of(self, column: AnyColumn, role: str) -> dict[str, Any]:
        if (column, role) not in self._of_column:
            self._of_column[column, role] = {
                "key": self.key(column, role),
                "column": f"{role}:{column.name}" if role else column.name,
                "role": role,
                "unit": column.metric.unit,
                "better": column.metric.better,
                "metric": column.metric.name,
                "metric_version": column.metric.version,
                "protocol": column.protocol.name,
                "protocol_hash": column.protocol.hash,
                "reference": column.protocol.identity,
            }
        return self._of_column[column, role]
