"""The scoring of outputs in files or in memory: `iqabench.score`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from iqabench.api.checks import require_placement, set_scale, warn_of
from iqabench.api.parts import (
    as_image_of,
    as_mapping,
    missing_parts,
    parts_of_each,
    reads_any_depth,
)
from iqabench.arguments import as_address, as_names, as_path
from iqabench.errors import UsageError
from iqabench.images import AS_STORED, DataRange, ReadOptions
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
    with_parts,
)
from iqabench.run.environment import resolve_device
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.scoring.in_memory import columns_in_memory, score_in_memory
from iqabench.run.scoring.sample_parts import role_of
from iqabench.sets.clips_beside import clips_beside
from iqabench.store import Store
from iqabench.tasks import Ratio, checked_scale


@dataclass(frozen=True)
class ScoringOptions:
    """The options of the scoring of files."""

    reading: ReadOptions
    pairing: PairingOptions
    device: str
    placement: Placement
    parts: Mapping[str, Path]
    """The folders of parts that outputs were made from, by role."""


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
    parts: Mapping[str, Any] | None = None,
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
    `parts` are what outputs were made from, by role, for metrics and protocols that compare with them:
    folders, such as `{"input": "ms", "pan": "pan"}`; or images as in `metric`, for several outputs a list for
    each role with the part of each output.

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
        folders, whole = _folders(parts or {}), set_scale(scale)
        options = ScoringOptions(reading, pairing, device, placement, folders)
        outcome = _score_files(as_path(outputs, "outputs"), others, records, names, whole, options)
        warn_of([*outcome.notes, *([] if pairing.allow_missing else outcome.all_missing)])
        return pd.DataFrame(rows(records, outcome.keys, per_image=per_image))
    table, number = _in_memory(outputs, targets, names, ratio, data_range, parts or {}, device)
    return table if per_image else _means_of(table, number)


def _in_memory(
    outputs: Any,
    targets: Any,
    names: list[str],
    ratio: Ratio | None,
    data_range: DataRange | None,
    parts: Any,
    device: str,
) -> tuple[pd.DataFrame, int]:
    """Return a row for each image and column, and the number of images; see `score`."""
    any_depth = reads_any_depth(columns_in_memory(names, ratio, has_targets=True))
    images = _images(outputs, "output", data_range, any_depth=any_depth)
    wanted: list[Any] = [None] * len(images)
    if targets is not None:
        wanted = _images(targets, "target", data_range, any_depth=any_depth)
    if not images or not names or len(images) != len(wanted):
        raise UsageError(
            f"there are {len(images)} outputs, {len(wanted)} targets and {len(names)} columns; expected a "
            "target for each output, and at least one of each."
        )
    bound = columns_in_memory(names, ratio, has_targets=wanted[0] is not None)
    single = not _is_several(outputs)
    given = parts_of_each(
        parts, len(images), single=single, data_range=data_range, any_depth=any_depth
    )
    for each, column in product(given, bound):
        if reason := missing_parts(column, each):
            raise UsageError(reason)
    table = score_in_memory(images, wanted, given, bound, ratio or 1, resolve_device(device))
    return table, len(images)


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
        target = {} if targets is None else {"target": targets}  # the first folder names the clips
        clips = clips_beside({**target, **options.parts} or {"input": outputs}, scale, reading)
        return score_clips(outputs, clips, store, names, **where)
    if targets is None:
        partners = no_targets(outputs, scale, pairing, reading)
    else:
        partners = targets_of_folder(targets, scale, pairing, reading)
        partners = targets_for_many(outputs, partners, pairing) if pairing.many else partners
    if options.parts:
        partners = with_parts(partners, options.parts, scale, pairing)
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


def _folders(parts: Any) -> dict[str, Path]:
    """Return the folders of parts by their roles."""
    return {
        role_of(role): as_path(folder, f"the folder of '{role}'")
        for role, folder in as_mapping(parts).items()
    }


def _images(images: Any, role: str, data_range: DataRange | None, *, any_depth: bool) -> list[Any]:
    """Return one image, a sequence of images, or a batch of four dimensions as a list of images."""
    every = images if _is_several(images) else [images]
    return [as_image_of(image, role, data_range, any_depth=any_depth) for image in every]


def _is_several(images: Any) -> bool:
    return isinstance(images, (list, tuple)) or getattr(images, "ndim", 0) == 4
