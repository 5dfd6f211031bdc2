"""The pseudo-references: inputs, outputs of other models, consensus and pools, in place of targets.

A pseudo-reference has an identity (the weights of the other model, the members of the consensus, the files of
the pool). It becomes part of the protocol's hash, so that values against different references have different
keys.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from iqabench.errors import IqabenchError, MetricError, ModelError, UsageError
from iqabench.images import (
    AS_STORED,
    Image,
    Pool,
    ReadOptions,
    as_compared,
    encode_image,
    quantise,
    read_image,
)
from iqabench.metrics import AnyColumn, Column
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import is_own, load_model, runs_code
from iqabench.models.core.model import Model
from iqabench.models.core.restore import restore
from iqabench.places import expanded
from iqabench.protocol import Protocol
from iqabench.run.conditions import Conditions
from iqabench.run.failures import watching_model
from iqabench.run.output_folders import SavedOutputs
from iqabench.sets import Recipe, SampleSet, load_set
from iqabench.store import OutputFolder, content_key
from iqabench.tasks import Ratio, scale_text
from iqabench.trust import require_trust

C = TypeVar("C", bound=AnyColumn)

NO_POOLS: Mapping[str, SampleSet] = MappingProxyType({})
"""No pools that are loaded already."""

LEAST_MEMBERS = 3
"""The least number of models of a consensus: the median of two is only their mean."""


def load_pool(name: str, reading: ReadOptions) -> SampleSet:
    """Return the set of a pool, by the name of a folder or of a set.

    Raises: UnknownNameError, SetError, FetchError.
    """
    return load_set(f"{name}@x1" if expanded(name).is_dir() else name, reading=reading)


class References:
    """The pseudo-references of the outputs of one set; models and pools are loaded once, at first use."""

    def __init__(
        self,
        conditions: Conditions,
        recipe: Recipe | None = None,
        *,
        has_inputs: bool = True,
        members: Sequence[SavedOutputs] = (),
        folder_of: Callable[[Model], OutputFolder] | None = None,
        reading: ReadOptions = AS_STORED,
        pools: Mapping[str, SampleSet] = NO_POOLS,
    ) -> None:
        self.conditions, self.recipe, self.has_inputs = conditions, recipe, has_inputs
        self.members = members
        """The outputs of the models of the consensus."""
        self._folder_of, self._reading = folder_of, reading
        self._bound: dict[str, Protocol] = {}
        self._models: dict[tuple[str, Ratio], Model] = {}
        self._sets_of_pools = pools
        self._pools: dict[str, Pool] = {}
        self._median: tuple[str, Image] | None = None

    def bind(self, columns: Iterable[C]) -> list[C]:
        """Return the columns, each with the identity of its pseudo-reference in its protocol.

        Raises: UsageError when inputs are missing, or members of the consensus; IqabenchError when a model
            or a pool cannot be loaded.
        """
        return [replace(column, protocol=self._bind_protocol(column)) for column in columns]

    def _bind_protocol(self, column: AnyColumn) -> Protocol:
        protocol = column.protocol
        if protocol.reference == "target":
            return protocol
        if protocol.name not in self._bound:
            self._bound[protocol.name] = protocol.bound(self._identity(protocol))
        bound = self._bound[protocol.name]
        metric_identity = column.metric.identity if isinstance(column, Column) else None
        return (
            protocol.bound(f"{bound.identity}; {metric_identity()}") if metric_identity else bound
        )

    def of(self, sample: str, input_image: Image | None) -> "SampleReferences":
        """Return the pseudo-references of one sample with its input."""
        return SampleReferences(self, sample, input_image)

    def _identity(self, protocol: Protocol) -> str:
        if protocol.reference in ("input", "model") and not self.has_inputs:
            raise UsageError(
                f"protocol '{protocol.name}' compares with {protocol.compared_with}, and there are no "
                "inputs: name them with --input DIR, or the set with --set."
            )
        if protocol.reference == "input":
            return self.recipe.words if self.recipe else "no degradation is known"
        if protocol.reference == "consensus":
            return self._consensus_identity(protocol)
        if protocol.reference == "pool":
            pool = self.pool(protocol.named)
            return f"{len(pool)} images, {pool.digest}"
        model = self.model(protocol)
        settings = [model.card.version, self.conditions.precision, self.conditions.tile]
        return f"{model.card.name}, {content_key(hash=model.hash, settings=settings)[:12]}"

    def _consensus_identity(self, protocol: Protocol) -> str:
        if len(self.members) < LEAST_MEMBERS:
            raise UsageError(
                f"protocol '{protocol.name}' needs the outputs of at least {LEAST_MEMBERS} models on one "
                f"set; there are {len(self.members)}."
            )
        parts = [m.provenance for m in self.members]
        members = sorted([p.model, p.model_hash, p.precision, p.tile] for p in parts)
        names = ", ".join(str(name) for name, *_ in members)
        return f"{names}, {content_key(members=members)[:12]}"

    def model(self, protocol: Protocol) -> Model:
        """Return the model that a protocol names, ready to run.

        Raises: ModelError when its scale does not fit the protocol; IqabenchError when it cannot be loaded.
        """
        scale = 1 if protocol.reference == "restored" else self.conditions.scale
        key = (protocol.named, scale)
        if key not in self._models:
            scale_of_name = scale if scale > 1 else None
            if runs_code(protocol.named) and ":" not in protocol.name:
                require_trust(f"the protocol '{protocol.name}' runs {protocol.named}")
            if not is_own(protocol.named):  # an error comes before weights are downloaded
                _require_scale(protocol, card_of(protocol.named, scale_of_name), scale)
            model = load_model(protocol.named, scale_of_name)
            _require_scale(protocol, model.card, scale)
            self._models[key] = model.to(self.conditions.device, self.conditions.precision)
        return self._models[key]

    def pool(self, name: str) -> Pool:
        """Return the pool with the name of a folder or of a set.

        Raises: UnknownNameError, SetError, FetchError.
        """
        if name not in self._pools:
            images = self._sets_of_pools.get(name) or load_pool(name, self._reading)
            loaders = [_pristine_loader(sample.load_target) for sample in images.samples]
            self._pools[name] = Pool(name, images.hash, loaders)
        return self._pools[name]

    def median(self, sample: str) -> Image:
        """Return the consensus: the pixel-wise median of the members' outputs, rounded half up.

        Raises: MetricError when a member has no output of the sample.
        """
        if self._median is None or self._median[0] != sample:
            self._median = (sample, _median(sample, self.members))
        return self._median[1]

    def output_of(self, model: Model, sample: str, input_image: Image) -> Image:
        """Return the output of another model; it is saved, so that it is made only once."""
        folder = self._folder_of(model) if self._folder_of else None
        if folder is not None and folder.has(sample):
            return read_image(folder.file(sample))
        with watching_model("restore", model, f"the image '{sample}'"):
            output = quantise(restore(model, input_image, self.conditions.tile).image)
        if folder is not None:
            folder.claim()
            folder.write(sample, "", ".png", encode_image(output))
        return output


class SampleReferences:
    """The pseudo-references of one sample (`iqabench.images.PseudoReferences`)."""

    def __init__(self, references: References, sample: str, input_image: Image | None) -> None:
        self._all, self._sample, self._input_image = references, sample, input_image
        self._images: dict[tuple[str, str], Image] = {}

    def pool(self, protocol: Protocol) -> Pool:
        """Return the pool that the protocol names."""
        return self._all.pool(protocol.named)

    def pair(self, protocol: Protocol, output: Image) -> tuple[Image, Image]:
        """Return the output as the protocol compares it, and its pseudo-reference.

        Raises: MetricError when there is no pseudo-reference.
        """
        output = as_compared(protocol, output)
        try:
            if protocol.reference == "input":
                assert self._all.recipe is not None
                return self._all.recipe.degrade_output(output), self._input(protocol)
            key = (protocol.reference, protocol.named)  # shared by the protocols of luma and colour
            if key not in self._images:
                self._images[key] = self._reference(protocol, output)
            return output, self._images[key]
        except (IqabenchError, RuntimeError) as error:
            raise MetricError(
                f"protocol '{protocol.name}' has nothing to compare with: {error}"
            ) from error

    def _reference(self, protocol: Protocol, output: Image) -> Image:
        if protocol.reference == "consensus":
            return self._all.median(self._sample)
        model = self._all.model(protocol)
        if protocol.reference == "model":
            return self._all.output_of(model, self._sample, self._input(protocol))
        return _restore_again(model, output, self._all.conditions.tile)

    def _input(self, protocol: Protocol) -> Image:
        if self._input_image is None:
            raise MetricError(f"there is no input, which protocol '{protocol.name}' needs.")
        return self._input_image


def _require_scale(protocol: Protocol, card: Card, scale: Ratio) -> None:
    if card.scale != scale:
        expected = "keeps the size" if scale == 1 else f"scales x{scale_text(scale)}"
        raise ModelError(
            f"protocol '{protocol.name}' needs a model that {expected}; '{card.name}' scales "
            f"x{scale_text(card.scale)}."
        )


def _restore_again(model: Model, output: Image, tile: int) -> Image:
    """Return an output after another restoration; a model of grey images gets each channel separately."""
    planes = (
        np.split(output, output.shape[2], axis=2) if model.card.channels == "grey" else [output]
    )
    with watching_model("restore", model, "an output"):
        restored = [restore(model, np.ascontiguousarray(plane), tile).image for plane in planes]
    return quantise(np.concatenate(restored, axis=2))


def _pristine_loader(load_target: Callable[[], Image | None]) -> Callable[[], Image]:
    def load() -> Image:
        target = load_target()
        if target is None:
            raise MetricError("a pool needs pristine images; this set has inputs only.")
        return quantise(target)

    return load


def _median(sample: str, members: Sequence[SavedOutputs]) -> Image:
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
