"""The restoration of samples by any kind of model: a network, outputs in its place, or a chain of two.

The output of a chain's first model is looked up where it is stored, else made and stored, so that several
chains that begin alike make it once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from iqabench.images import Part, encode_image, encode_part, quantise, read_part
from iqabench.models.core.chained_model import ChainedModel
from iqabench.models.core.model import Model
from iqabench.models.core.restore_parts import (
    RestoredParts,
    checked_parts,
    restore_after,
    restore_parts,
)
from iqabench.models.loaders.outputs import OutputsModel
from iqabench.samples import Sample
from iqabench.store import OutputFolder

Settings = Mapping[str, float]


@dataclass(frozen=True)
class SampleRestorer:
    """The restoration of the samples of one set."""

    set: str
    """The name of the set."""
    names: tuple[str, ...]
    """The names of all samples of the set, with which files of outputs are paired."""
    tile: int = 0
    folder_of: Callable[[Model, Settings], OutputFolder] | None = None
    """The folder for the outputs of a model at some settings; None to store none."""

    def restore(
        self, model: Model, sample: Sample, settings: Settings, *, stores: bool = True
    ) -> RestoredParts:
        """Return the outputs of a model; with `stores` those of a chain's first model may be stored ones.

        Raises: ModelError as `restore_parts`; StoreError where outputs cannot be stored.
        """
        if isinstance(model, OutputsModel):
            outputs = model.outputs_of(self.set, sample.name, self.names)
            return RestoredParts(checked_parts(model, sample.parts, outputs))
        if not isinstance(model, ChainedModel):
            return restore_parts(model, sample.parts, self.tile, settings)
        first = self._first(model, sample, settings, stores=stores)
        return restore_after(model, sample.parts, first, settings)

    def _first(
        self, chain: ChainedModel, sample: Sample, settings: Settings, *, stores: bool
    ) -> RestoredParts:
        model, of_first = chain.first, chain.settings_of_first(settings)
        is_exact = sample.parts["input"].dtype == np.float64
        has_folder = stores and not is_exact and not isinstance(model, OutputsModel)
        if self.folder_of is None or not has_folder:
            return self.restore(model, sample, of_first, stores=stores)
        folder = self.folder_of(model, of_first)
        if folder.has(sample.name):
            stored = read_part(folder.file(sample.name))
            return RestoredParts({"output": stored}, self.tile, is_stored=True)
        restored = self.restore(model, sample, of_first, stores=stores)
        if not restored.tile_note:  # else these pixels are not those of the run's options
            folder.claim()
            folder.write(sample.name, "", *_file_of(restored.parts["output"]))
        return restored


def _file_of(output: Part) -> tuple[str, bytes]:
    """Return the ending and the content of the file of an output of 8 bits."""
    frames = [quantise(frame) for frame in output]
    return (".png", encode_image(frames[0])) if len(frames) == 1 else encode_part(np.stack(frames))
