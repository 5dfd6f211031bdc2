"""What outputs are compared with besides their targets: inputs, other models, the consensus, pools.

A pseudo-reference has an identity (the weights of the other model, the members of the consensus, the files of
the pool), which becomes part of the protocol's hash: numbers that were compared with other things never meet.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from iqabench.errors import IqabenchError, MetricError, ModelError, UsageError
from iqabench.images import Image, Pool, quantise, read_image, write_image
from iqabench.metrics import AnyColumn, Column
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import is_own, load_model
from iqabench.models.core.model import Model
from iqabench.models.core.restore import restore
from iqabench.protocol import Protocol
from iqabench.run.conditions import Conditions
from iqabench.sets import Recipe, load_set
from iqabench.store import OutputFolder, content_key
from iqabench.tasks import Ratio, scale_text

C = TypeVar("C", bound=AnyColumn)

LEAST_MEMBERS = 3
"""Models that a consensus needs: the median of two is their mean, and prefers none."""


class References:
    """The pseudo-references of one set's outputs; models and pools are loaded once, when first asked for."""

    def __init__(
        self,
        conditions: Conditions,
        recipe: Recipe | None = None,
        *,
        has_inputs: bool = True,
        members: Sequence[OutputFolder] = (),
        kept: Callable[[Model], OutputFolder] | None = None,
    ) -> None:
        self.conditions, self.recipe, self.has_inputs = conditions, recipe, has_inputs
        self.members = members
        """The outputs that a consensus is made of."""
        self._kept = kept
        self._bound: dict[str, Protocol] = {}
        self._models: dict[tuple[str, Ratio], Model] = {}
        self._pools: dict[str, Pool] = {}
        self._median: tuple[str, Image] | None = None

    def bound(self, columns: Iterable[C]) -> list[C]:
        """The columns, each with the identity of what it compares with.

        Raises: UsageError when the inputs, or enough members, are not at hand; what loading raises.
        """
        return [replace(column, protocol=self._bound_for(column)) for column in columns]

    def _bound_for(self, column: AnyColumn) -> Protocol:
        under = column.protocol
        if under.reference == "target":
            return under
        if under.name not in self._bound:
            self._bound[under.name] = under.bound(self._identity(under))
        found = self._bound[under.name]
        own = column.metric.identity if isinstance(column, Column) else None
        return under.bound(f"{found.identity}; {own()}") if own else found

    def of(self, sample: str, given: Image | None) -> "SampleReferences":
        """The pseudo-references of one sample, whose input is `given`."""
        return SampleReferences(self, sample, given)

    def _identity(self, under: Protocol) -> str:
        if under.reference in ("input", "model") and not self.has_inputs:
            raise UsageError(
                f"protocol '{under.name}' compares with {under.compared_with}, and the inputs are not at "
                "hand: name them with --input DIR, or the set with --set."
            )
        if under.reference == "input":
            return self.recipe.words if self.recipe else "no degradation is known"
        if under.reference == "consensus":
            return self._consensus_identity(under)
        if under.reference == "pool":
            pool = self.pool(under.named)
            return f"{len(pool)} images, {pool.digest}"
        model = self.model(under)
        settings = [model.card.version, self.conditions.precision, self.conditions.tile]
        return f"{model.card.name}, {content_key(hash=model.hash, settings=settings)[:12]}"

    def _consensus_identity(self, under: Protocol) -> str:
        if len(self.members) < LEAST_MEMBERS:
            raise UsageError(
                f"protocol '{under.name}' needs the outputs of at least {LEAST_MEMBERS} models on one set; "
                f"there are {len(self.members)}."
            )
        parts = [m.provenance for m in self.members]
        members = sorted([p.model, p.model_hash, p.precision, p.tile] for p in parts)
        names = ", ".join(str(name) for name, *_ in members)
        return f"{names}, {content_key(members=members)[:12]}"

    def model(self, under: Protocol) -> Model:
        """The model that a protocol names, ready to run.

        Raises: ModelError when it cannot restore what this protocol hands it; what loading raises.
        """
        scale = 1 if under.reference == "restored" else self.conditions.scale
        key = (under.named, scale)
        if key not in self._models:
            asked = scale if scale > 1 else None
            if not is_own(under.named):  # before weights are fetched for nothing
                _require_scale(under, card_of(under.named, asked), scale)
            model = load_model(under.named, asked)
            _require_scale(under, model.card, scale)
            self._models[key] = model.to(self.conditions.device, self.conditions.precision)
        return self._models[key]

    def pool(self, named: str) -> Pool:
        """The pool of that name: a folder or a set.

        Raises: UnknownNameError, SetError, FetchError.
        """
        if named not in self._pools:
            folder = Path(named).expanduser().is_dir()
            images = load_set(f"{named}@x1" if folder else named)
            self._pools[named] = Pool(
                named, images.hash, [_pristine(sample.load_target) for sample in images.samples]
            )
        return self._pools[named]

    def median(self, sample: str) -> Image:
        """The consensus: the pixel-wise median of the members' outputs, rounded half up.

        Raises: MetricError when a member has no output of it.
        """
        if self._median is None or self._median[0] != sample:
            self._median = (sample, _median(sample, self.members))
        return self._median[1]

    def output_of(self, model: Model, sample: str, given: Image) -> Image:
        """What another model makes of the input; kept, so that it is made once."""
        kept = self._kept(model) if self._kept else None
        if kept is not None and kept.has(sample):
            return read_image(kept.file(sample))
        found = quantise(restore(model, given, self.conditions.tile).image)
        if kept is not None:
            kept.claim()
            write_image(kept.file(sample), found)
        return found


class SampleReferences:
    """The pseudo-references of one sample (`iqabench.metrics.PseudoReferences`)."""

    def __init__(self, references: References, sample: str, given: Image | None) -> None:
        self._all, self._sample, self._given = references, sample, given
        self._found: dict[tuple[str, str], Image] = {}

    def pool(self, under: Protocol) -> Pool:
        """The pool that the protocol names."""
        return self._all.pool(under.named)

    def pair(self, under: Protocol, output: Image) -> tuple[Image, Image]:
        """The output as the protocol compares it, and what with.

        Raises: MetricError when there is nothing to compare with.
        """
        output = quantise(output) if under.quantise else output
        try:
            if under.reference == "input":
                assert self._all.recipe is not None
                return self._all.recipe.again(output), self._input(under)
            key = (under.reference, under.named)  # shared by the protocols of luma and colour
            if key not in self._found:
                self._found[key] = self._reference(under, output)
            return output, self._found[key]
        except (IqabenchError, RuntimeError) as error:
            raise MetricError(
                f"protocol '{under.name}' has nothing to compare with: {error}"
            ) from error

    def _reference(self, under: Protocol, output: Image) -> Image:
        if under.reference == "consensus":
            return self._all.median(self._sample)
        model = self._all.model(under)
        if under.reference == "model":
            return self._all.output_of(model, self._sample, self._input(under))
        return _restored(model, output, self._all.conditions.tile)

    def _input(self, under: Protocol) -> Image:
        if self._given is None:
            raise MetricError(f"there is no input, which '{under.name}' needs.")
        return self._given


def _require_scale(under: Protocol, card: Card, scale: Ratio) -> None:
    if card.scale != scale:
        needed = "keeps the size" if scale == 1 else f"scales x{scale_text(scale)}"
        raise ModelError(
            f"protocol '{under.name}' needs a model that {needed}; '{card.name}' scales "
            f"x{scale_text(card.scale)}."
        )


def _restored(model: Model, image: Image, tile: int) -> Image:
    """What the model makes of an image; one that knows grey alone is given each channel by itself."""
    parts = np.split(image, image.shape[2], axis=2) if model.card.channels == "grey" else [image]
    made = [restore(model, np.ascontiguousarray(part), tile).image for part in parts]
    return quantise(np.concatenate(made, axis=2))


def _pristine(load: Callable[[], Image | None]) -> Callable[[], Image]:
    def image() -> Image:
        found = load()
        if found is None:
            raise MetricError("a pool is made of pristine images; this one has inputs alone.")
        return quantise(found)

    return image


def _median(sample: str, members: Sequence[OutputFolder]) -> Image:
    images = []
    for member in members:
        if not member.has(sample):
            raise MetricError(f"{member.provenance.model} left no output of {sample}.")
        images.append(read_image(member.file(sample)))
    if len({image.shape[:2] for image in images}) > 1:
        raise MetricError(f"the outputs of {sample} differ in size.")
    channels = max(image.shape[2] for image in images)
    ranked = np.sort(
        [np.broadcast_to(image, (*image.shape[:2], channels)) for image in images], axis=0
    )
    low, high = ranked[(len(images) - 1) // 2], ranked[len(images) // 2]
    median: Image = ((low.astype(np.uint16) + high + 1) // 2).astype(np.uint8)
    return median
