"""The candidates of one set as they travel to a worker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from iqabench.images import AS_STORED, ReadOptions
from iqabench.models.core.model import Model
from iqabench.run.conditions import Conditions
from iqabench.run.environment import device_name
from iqabench.run.executors.job import Shipment
from iqabench.run.model_cache import ModelCache
from iqabench.run.output_folders import SavedOutputs, ShippedOutputs, ship_outputs
from iqabench.run.records import RecordMaker, Subject
from iqabench.run.references import References
from iqabench.run.scoring.candidates import CandidateFacts, OpenCandidate
from iqabench.run.scoring.sample_parts import PartsSource
from iqabench.run.scoring.session import PartSources, ScoringSession
from iqabench.run.scoring.sources import ImageSource, SavedImages
from iqabench.run.worker_columns import columns_here, require_registered, ship_pools
from iqabench.sets import Recipe, SampleSet
from iqabench.store import OutputFolder, content_key
from iqabench.tasks import task_named
from iqabench.trust import is_trusting


@dataclass(frozen=True)
class ReferenceFacts:
    """The facts from which the pseudo-references of a set are made; see `References`."""

    conditions: Conditions
    recipe: Recipe | None = None
    has_inputs: bool = True
    members: tuple[SavedOutputs, ...] = ()
    folder_of: Callable[[Model], OutputFolder] | None = None
    """The function that finds the saved outputs of a model; None on other machines."""
    reading: ReadOptions = AS_STORED
    pools: Mapping[str, SampleSet] = field(default_factory=dict)
    """The pools that have travelled, by name."""

    def make(self) -> References:
        """Return the pseudo-references."""
        return References(
            self.conditions,
            self.recipe,
            has_inputs=self.has_inputs,
            members=self.members,
            folder_of=self.folder_of,
            reading=self.reading,
            pools=self.pools,
        )


@dataclass(frozen=True)
class ScoringJob:
    """The scoring of the candidates of one set."""

    subject: Subject
    names: tuple[str, ...]
    """The names of the samples."""
    set_names: tuple[str, ...]
    """The names of the targets that columns over the whole set take."""
    of: int
    """The number of samples of the whole set."""
    candidates: tuple[CandidateFacts, ...]
    target: ImageSource | None
    """The function that reads the target of a sample; None when there are no targets."""
    input: ImageSource | None
    """The function that reads the input of a sample; None when there are no inputs."""
    mask: ImageSource | None
    """The function that reads the mask of a sample; None when there are no masks."""
    parts: PartsSource | None
    """The function that reads all parts of a sample; None when there are none."""
    references: ReferenceFacts
    run: str
    """The name of the run, for records."""
    batch: int = 1
    """The number of outputs that are scored together; more than one is faster only on a GPU."""
    has_travelled: bool = False
    """True on another machine than the driver's."""
    trusts: bool = field(default_factory=is_trusting)
    """True where the user has consented to code that files and folders bring."""

    @property
    def name(self) -> str:
        """The candidates and the set."""
        models = [candidate.origin.model for candidate in self.candidates]
        who = models[0] if len(models) == 1 else f"{len(models)} outputs"
        return f"{who} on {self.subject.set}"

    @property
    def model(self) -> str:
        """The identity of what is loaded: the models and metrics for this set."""
        return f"scoring {self.name} {self.subject.level}"

    @property
    def size(self) -> int:
        """The number of samples."""
        return len(self.names)

    def open(self, models: ModelCache) -> ScoringSession:  # noqa: ARG002 - nothing is restored
        """Load what columns compare with, and return the session; see `executors.job`.

        Raises: UsageError when inputs are missing, or members of the consensus; IqabenchError when a model or
            a pool cannot be loaded.
        """
        references = self.references.make()
        is_whole = len(self.set_names) == self.of
        subset = "" if is_whole else content_key(samples=list(self.set_names))
        candidates = []
        for facts in self.candidates:
            columns = columns_here(facts.columns) if self.has_travelled else facts.columns
            maker = self._maker(facts)
            candidates.append(OpenCandidate.of(facts, maker, references.bind(columns), subset))
        outputs = [facts.read for facts in self.candidates]
        fills = task_named(self.subject.task).composites
        parts = PartSources(self.target, self.input, self.mask, self.parts, fills=fills)
        return ScoringSession(candidates, outputs, parts, references, self.batch)

    def ship(self) -> Shipment:
        """Return the job with all its images by content; see `executors.job`."""
        require_registered(c for facts in self.candidates for c in facts.columns)
        files: dict[str, Path] = {}
        candidates = []
        for facts in self.candidates:
            source, own = facts.read.ship(self.names)
            files |= own
            candidates.append(replace(facts, read=source, read_file=None, files=()))
        references = self._shipped_references(candidates, files)
        parts = None
        if self.parts is not None:
            parts, own = self.parts.ship(self.names)
            files |= own
        job = replace(
            self,
            candidates=tuple(candidates),
            target=self._shipped(self.target, files),
            input=self._shipped(self.input, files),
            mask=self._shipped(self.mask, files),
            parts=parts,
            references=references,
            has_travelled=True,
        )
        return Shipment(job, files)

    def _maker(self, facts: CandidateFacts) -> RecordMaker:
        origin, device = facts.origin, self.references.conditions.device
        if not facts.saved:  # the device of saved outputs is the one that made them
            origin = replace(origin, device=device_name(device))
        return RecordMaker(self.subject, origin, self.run, batched=self.batch > 1)

    def _shipped(self, source: ImageSource | None, files: dict[str, Path]) -> ImageSource | None:
        if source is None:
            return None
        shipped, own = source.ship(self.names)
        files |= own
        return shipped

    def _shipped_references(
        self, candidates: list[CandidateFacts], files: dict[str, Path]
    ) -> ReferenceFacts:
        facts = self.references
        pools = ship_pools((c for each in self.candidates for c in each.columns), facts.reading)
        for pool in pools.values():
            files |= pool.contents
        shipped: dict[int, ShippedOutputs] = {}
        for here, there in zip(self.candidates, candidates, strict=True):
            if isinstance(here.read, SavedImages) and isinstance(there.read, SavedImages):
                assert isinstance(there.read.outputs, ShippedOutputs)
                shipped[id(here.read.outputs)] = there.read.outputs
        members = []
        for member in facts.members:
            if id(member) not in shipped:
                shipped[id(member)], own = ship_outputs(member, self.names)
                files |= own
            members.append(shipped[id(member)])
        return replace(facts, members=tuple(members), folder_of=None, pools=pools)
