"""The scoring of a folder on the command line, against whatever the user named."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.targets import chosen_targets
from iqabench.errors import UsageError
from iqabench.places import expanded

with lazy_imports():
    from iqabench.images import ReadOptions
    from iqabench.run import (
        Outcome,
        PairingOptions,
        Targets,
        Watch,
        has_saved_outputs,
        holds_clips,
        no_targets,
        score_clips,
        score_folder,
        score_saved_outputs,
        targets_for_many,
        with_parts,
    )
    from iqabench.run.scoring.groups import score_group
    from iqabench.run.scoring.sample_parts import role_of
    from iqabench.sets import SampleSet, load_set
    from iqabench.sets.catalogue import group_of
    from iqabench.sets.clips_beside import clips_beside
    from iqabench.sets.group_facts import GroupFacts
    from iqabench.store import Store

_READ_AS_CLIPS = (
    "were read as clips, whose means count alike; add --recursive to score each image by itself."
)


@dataclass(frozen=True)
class Against:
    """The things that outputs are compared with."""

    target: Path | None
    images: str | None
    inputs: Path | None
    parts: tuple[str, ...]
    """Further parts, as in pan=DIR."""
    scale: int | None

    @property
    def is_named(self) -> bool:
        """True when there are targets, or parts that outputs were made from."""
        targets = self.target is not None or self.images is not None
        return targets or self.inputs is not None or bool(self.parts)

    @property
    def folders(self) -> dict[str, Path]:
        """The folders of parts by their roles.

        Raises: UsageError for a text that is not ROLE=DIR, and for a role that is named twice;
            UnknownNameError.
        """
        folders = {} if self.inputs is None else {"input": self.inputs}
        for text in self.parts:
            word, equals, place = text.partition("=")
            if not (equals and word and place):
                raise UsageError(f"'{text}' is not ROLE=DIR; expected a text such as pan=FOLDER.")
            role = role_of(word)
            if role in folders:
                raise UsageError(f"the part '{role}' is named twice; name one folder.")
            folders[role] = expanded(place)
        return folders


@dataclass(frozen=True)
class Scoring:
    """The options that every folder of outputs is scored with."""

    records: "Store"
    columns: list[str]
    device: str
    pairing: "PairingOptions"
    reading: "ReadOptions"
    watch: "Watch"
    pace: dict[str, Any]

    def score(self, outputs: Path, against: Against, name: str) -> "Outcome":
        """Score what lies in a folder: outputs of a set or a group, saved outputs of a run, or clips."""
        if group := group_of(against.images or ""):
            return self._score_group(outputs, group, against, name or outputs.resolve().name)
        if not against.is_named and has_saved_outputs(outputs):
            return score_saved_outputs(
                outputs,
                self.records,
                self.columns,
                self.device,
                self.watch,
                reading=self.reading,
                **self.pace,
            )
        if holds_clips(outputs) and not self.pairing.recursive:
            return self._score_clips(outputs, against, name)
        targets = _targets(outputs, against, self.pairing, self.reading)
        return self._score_folder(outputs, targets, name)

    def _score_group(
        self, outputs: Path, group: "GroupFacts", against: Against, name: str
    ) -> "Outcome":
        """Score the subfolders of outputs, each against its set and under the protocol of the group."""

        def score_set(folder: Path, address: str) -> Outcome:
            of_set = replace(against, images=address)
            targets = _targets(folder, of_set, self.pairing, self.reading)
            return self._score_folder(folder, replace(targets, protocol=group.protocol), name)

        return score_group(outputs, group, score_set)

    def _score_clips(self, outputs: Path, against: Against, name: str) -> "Outcome":
        pace = {key: value for key, value in self.pace.items() if key != "batch"}
        clips = _clips(outputs, against, self.pairing, self.reading, self.pace["batch"])
        outcome = score_clips(
            outputs, clips, self.records, self.columns, name, self.device, self.watch, **pace
        )
        outcome.notes.append(f"the folders in {outputs} {_READ_AS_CLIPS}")
        return outcome

    def _score_folder(self, outputs: Path, targets: "Targets", name: str) -> "Outcome":
        outcome, _ = score_folder(
            outputs,
            targets,
            self.records,
            self.columns,
            name,
            self.device,
            self.watch,
            options=self.pairing,
            **self.pace,
        )
        return outcome


def _targets(
    outputs: Path, against: Against, pairing: PairingOptions, reading: ReadOptions
) -> Targets:
    """Return the targets and inputs that the outputs are compared with, as far as they are named."""
    if against.target is None and against.images is None:
        targets = _without_targets(outputs, against.scale, pairing, reading)
    else:
        targets = chosen_targets(
            against.target, against.images, against.scale, against.scale, pairing, reading
        )
    if pairing.many:
        targets = targets_for_many(outputs, targets, pairing)
    folders = against.folders
    if against.images is not None and set(folders) - {"input"}:
        raise UsageError(
            f"{against.images} is a set with parts of its own; leave --part out, or name --target DIR "
            "instead of --set."
        )
    return with_parts(targets, folders, against.scale, pairing) if folders else targets


def _clips(
    outputs: Path, against: Against, pairing: PairingOptions, reading: ReadOptions, batch: int
) -> SampleSet:
    """Return the clips that a folder of clips is compared with, or the outputs themselves without any.

    Raises: UsageError for options that are for single images, and for targets from two places.
    """
    for option, given in (
        ("--pairs", pairing.pairs),
        ("--many", pairing.many),
        ("--batch", batch > 1),
    ):
        if given:
            raise UsageError(
                f"{option} is for single images, and {outputs} holds clips, which are paired by the names of "
                f"their folders; leave it out, or add --recursive to score each frame by itself."
            )
    if against.images is not None:
        if against.target is not None or against.folders:
            raise UsageError("a set has targets and inputs of its own; name --set only.")
        return load_set(against.images, against.scale, reading=reading)
    target = {} if against.target is None else {"target": against.target}
    places = {**target, **against.folders}
    return clips_beside(places or {"input": outputs}, against.scale, reading)


def _without_targets(
    outputs: Path, scale: int | None, pairing: PairingOptions, reading: ReadOptions
) -> Targets:
    """Return the names of the outputs as those of samples without targets.

    Raises: UsageError for options that say how outputs find targets.
    """
    if pairing.many or pairing.pairs:
        option = "--many" if pairing.many else "--pairs"
        raise UsageError(
            f"{option} says which outputs belong to a target; name the targets with --target DIR or "
            "--set NAME."
        )
    return no_targets(outputs, scale, pairing, reading)
