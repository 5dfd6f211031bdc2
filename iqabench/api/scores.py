"""The scoring of outputs in files or in memory: `iqabench.score`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from iqabench.api.checks import require_placement, set_scale, warn_of
from iqabench.arguments import as_address, as_names, as_path
from iqabench.errors import UsageError
from iqabench.images import AS_STORED, DataRange, ReadOptions, as_image
from iqabench.remote import open_store
from iqabench.report.data.rows import rows
from iqabench.run import (
    BY_NAME,
    Outcome,
    PairingOptions,
    holds_clips,
    no_targets,
    score_clips,
    score_folder,
    targets_for_many,
    targets_of_folder,
)
from iqabench.run.environment import resolve_device
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.scoring.in_memory import columns_in_memory, score_in_memory
from iqabench.sets.clips_beside import clips_beside
from iqabench.store import Store
from iqabench.tasks import checked_scale


@dataclass(frozen=True)
class ScoringOptions:
    """The options of the scoring of files."""

    reading: ReadOptions
    pairing: PairingOptions
    device: str
    placement: Placement


def score(
    outputs: Any,
    targets: Any = None,
    columns: str | Sequence[str] = ("psnr", "ssim"),
    *,
    scale: int | None = None,
    store: str | Path = "results",
    per_image: bool = False,
    device: str = "auto",
    data_range: DataRange | None = None,
    reading: ReadOptions = AS_STORED,
    pairing: PairingOptions = BY_NAME,
    placement: Placement = LOCAL,
) -> pd.DataFrame:
    """Score outputs against targets: two folders, two images, or two sequences of images.

    Without targets, only columns that need none can be scored, such as niqe. Images and `data_range` are as
    in `metric`. Folders are paired by name, and their records are kept in `store`; images leave no records.
    Columns that leave out a border as wide as the scale need the scale. `reading` holds the options that
    files are read with, `pairing` those by which outputs find their targets: `iqabench.run.PairingOptions`
    with `pairs`, `many`, `recursive`. Folders with a folder of frames for each clip are compared clip by
    clip, unless `recursive`. Images that are missing are warned of, unless `allow_missing`.
    `placement` says where files are scored, as in `evaluate`; images in memory are scored here.

    Returns: a row for each column, or with `per_image` for each image and column.
    Raises: PairingError, ImageError, UnknownNameError; UsageError for wrong arguments.
    """
    require_placement(placement)
    names, ratio = as_names(columns, "columns"), None if scale is None else checked_scale(scale)
    if isinstance(outputs, (str, Path)):
        if data_range is not None:
            raise UsageError(
                "data_range is for arrays and tensors; files have a range of their own."
            )
        records = open_store(as_address(store, "store"))
        others = None if targets is None else as_path(targets, "targets")
        whole, options = set_scale(scale), ScoringOptions(reading, pairing, device, placement)
        outcome = _score_files(as_path(outputs, "outputs"), others, records, names, whole, options)
        warn_of([*outcome.notes, *([] if pairing.allow_missing else outcome.all_missing)])
        return pd.DataFrame(rows(records, outcome.keys, per_image=per_image))
    outputs = _images(outputs, "output", data_range)
    targets = [None] * len(outputs) if targets is None else _images(targets, "target", data_range)
    if not outputs or not names or len(outputs) != len(targets):
        raise UsageError(
            f"there are {len(outputs)} outputs, {len(targets)} targets and {len(names)} columns; expected a "
            "target for each output, and at least one of each."
        )
    bound = columns_in_memory(names, ratio, has_targets=targets[0] is not None)
    table = score_in_memory(outputs, targets, bound, ratio or 1, resolve_device(device))
    return table if per_image else _means_of(table, len(outputs))


def _score_files(
    outputs: Path,
    targets: Path | None,
    store: Store,
    names: list[str],
    scale: int | None,
    options: ScoringOptions,
) -> Outcome:
    """Score a folder of outputs, or a single one."""
    reading, pairing = options.reading, options.pairing
    where: dict[str, Any] = {"device": options.device, "placement": options.placement}
    if holds_clips(outputs) and not pairing.recursive:
        folders = {"input": outputs} if targets is None else {"target": targets}
        clips = clips_beside(folders, scale, reading)
        return score_clips(outputs, clips, store, names, **where)
    if targets is None:
        partners = no_targets(outputs, scale, pairing, reading)
    else:
        partners = targets_of_folder(targets, scale, pairing, reading)
        partners = targets_for_many(outputs, partners, pairing) if pairing.many else partners
    return score_folder(outputs, partners, store, names, options=pairing, **where)[0]


def _means_of(table: pd.DataFrame, images: int) -> pd.DataFrame:
    """Return a row for each column: the mean over the images, and that of its finite values."""
    groups = table.groupby(["column", "unit", "better"], sort=False)
    means = groups["value"].agg(value="mean", n="count").reset_index()
    finite = groups["value"].agg(lambda values: values[np.isfinite(values)].mean())
    infinite = groups["value"].agg(lambda values: int(np.isinf(values).sum()))
    return means.assign(
        failed=images - means["n"], infinite=infinite.to_numpy(), finite=finite.to_numpy()
    )


def _images(images: Any, role: str, data_range: DataRange | None) -> list[Any]:
    """Return one image, a sequence of images, or a batch of four dimensions as a list of images."""
    is_sequence = isinstance(images, (list, tuple)) or getattr(images, "ndim", 0) == 4
    return [as_image(image, role, data_range) for image in (images if is_sequence else [images])]
