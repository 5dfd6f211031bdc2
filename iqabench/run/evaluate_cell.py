"""The evaluation of one cell: every sample is restored and scored.

    for sample in samples:
        outputs = restore_parts(model, sample.parts)                     # restore_cell
        for column in columns:                                           # restoring/scorer.py
            record(column, Case(outputs[role], sample.parts[target_role]))

Nothing here writes, counts or shows progress, so that an executor may run it anywhere.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from iqabench.crashes import is_isolated
from iqabench.models.core.model import Model
from iqabench.models.core.restore_parts import RestoredParts
from iqabench.run.conditions import Conditions
from iqabench.run.failures import attempt, watching_model
from iqabench.run.first_outputs import SampleRestorer
from iqabench.run.image_costs import CostCounter
from iqabench.run.overlap import map_beside, scoring_threads
from iqabench.run.prefetch import LoadedSample, LoadSample, prefetch
from iqabench.run.restoring.scorer import CellScorer, Restoration, SampleResult
from iqabench.samples import Sample, composite_part
from iqabench.sets import SampleRef


@dataclass(frozen=True)
class LoadedCell:
    """One cell with its loaded model and all that its evaluation needs."""

    model: Model
    load: LoadSample
    """The function that loads its samples; several threads call it."""
    conditions: Conditions
    settings: Mapping[str, float]
    """The values of all settings of the model."""
    scorer: CellScorer
    costs: CostCounter
    """The counter of costs per image."""
    restorer: SampleRestorer
    composites: bool = False
    """True when only pixels inside the mask are taken from outputs, and all others from the input."""


def evaluate_cell(cell: LoadedCell, samples: Iterable[SampleRef]) -> Iterator[SampleResult]:
    """Yield the result of each sample in order; a sample that fails does not stop the others.

    Samples are decoded in threads, and scored in threads where the network leaves processors. After a crash
    each is done before the next one begins, so that the crash can be charged to its cause.
    """
    columns = [column for output in cell.scorer.outputs for column in output.columns]
    threads = 0 if is_isolated() else scoring_threads(cell.model, columns)
    return map_beside(cell.scorer.score, restore_cell(cell, samples), threads)


def restore_cell(cell: LoadedCell, samples: Iterable[SampleRef]) -> Iterator[Restoration]:
    """Yield the outputs of each sample in order, before they are scored."""
    isolated = is_isolated()
    loaded = prefetch(samples, cell.load, in_threads=not isolated)
    return (_restore(cell, each, isolated=isolated) for each in loaded)


def _restore(cell: LoadedCell, loaded: LoadedSample, *, isolated: bool) -> Restoration:
    sample = loaded.sample
    if sample is None:
        return Restoration(loaded, None, 0.0, loaded.error)
    start = time.perf_counter()
    work = partial(_restored, cell, sample, isolated=isolated)
    restored, error = attempt(work, "the model")
    return Restoration(loaded, restored, (time.perf_counter() - start) * 1000.0, error)


def _restored(cell: LoadedCell, sample: Sample, *, isolated: bool) -> RestoredParts:
    about = f"the image '{sample.name}'"
    with watching_model("restore", cell.model, about, isolated=isolated):
        restore = partial(
            cell.restorer.restore,
            cell.model,
            sample,
            cell.settings,
            stores=not cell.costs.is_wanted,
        )
        restored = cell.costs.counted(sample.parts, restore)
    if not cell.composites:
        return restored
    whole = composite_part(restored.parts["output"], sample.parts, sample.name)
    return replace(restored, parts={**restored.parts, "output": whole})
