"""The Python interface: the functions that `import iqabench` offers.

import iqabench
iqabench.metric("ssim@sr-y")(output, target, scale=4)
iqabench.evaluate(["rlfn", "bicubic"], ["set5"])

Arguments are checked as the command line checks them. Images are numpy uint8 (H, W, C), PIL as their files
are read, or torch (C, H, W) in [0, 1]; `data_range` declares another range: 255, or (-1, 1). Only outputs may
leave it, a little, as outputs of networks do. All values are numbers without a gradient: a tensor that
requires one is told of; as a loss take torch.nn.functional, or the packages piq and lpips.
"""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from iqabench.arguments import as_name, as_names, as_options, as_path, as_whole_number
from iqabench.errors import UsageError
from iqabench.images import AS_STORED, DataRange, ReadOptions, as_image
from iqabench.metrics import column, require_no_scale
from iqabench.models.core.load import load_model as load_model_named
from iqabench.models.core.model import Model
from iqabench.opinions import read_opinions
from iqabench.probes import cost_columns, sizes_of
from iqabench.report.data.costs import cost_rows
from iqabench.report.data.rows import rows
from iqabench.report.statistics.agreement import agreement_rows, fits_named, resampling_of
from iqabench.run import (
    BY_NAME,
    Options,
    PairingOptions,
    Targets,
    no_targets,
    plan,
    score_folder,
    targets_for_many,
    targets_of_folder,
)
from iqabench.run import evaluate as run_cells
from iqabench.run.agree import score_opinions
from iqabench.run.environment import resolve_device
from iqabench.run.profile import DEFAULT_PROBES, ProfileOptions
from iqabench.run.profile import profile as measure_costs
from iqabench.run.scoring.in_memory import columns_in_memory, score_in_memory
from iqabench.sets import SampleSet
from iqabench.sets import load_set as load_set_named
from iqabench.store import Store
from iqabench.tasks import Ratio, checked_scale
from iqabench.trust import trusting

__all__ = ["agree", "evaluate", "load_model", "load_set", "metric", "profile", "score"]


def evaluate(
    models: str | Sequence[str],
    sets: str | Sequence[str],
    *,
    scale: int | None = None,
    columns: Sequence[str] = (),
    store: str | Path = "results",
    per_image: bool = False,
    trust: bool = False,
    reading: ReadOptions = AS_STORED,
    **options: Any,
) -> pd.DataFrame:
    """Restore sets with models and score the outputs, as `iqabench run` does.

    `options` are the fields of `iqabench.run.Options`: device, precision, tile, limit, force ...
    With `trust`, code that files and folders bring is run: the network.py of a card, an exported program.
    `reading` holds the options that files of folders are read with, as in
    `iqabench.images.ReadOptions(apply_orientation=True)`.

    Returns: a row for each model, set and column, or with `per_image` for each image.
    Raises: IqabenchError when names are unknown or nothing could be run; UsageError for wrong arguments.
        Single failures are rows that have no value and count as `failed`.
    """
    if options.get("save_outputs") is not None:
        options["save_outputs"] = as_path(options["save_outputs"], "save_outputs")
    chosen = as_options(Options, {"progress": False, **options})
    records = Store(as_path(store, "store"))
    names, places = as_names(models, "models"), as_names(sets, "sets")
    cells = plan(names, places, as_names(columns, "columns"), _set_scale(scale), reading=reading)
    with trusting(trust):
        outcome = run_cells(cells, records, chosen)
    _warn_of([*outcome.notes, *outcome.all_missing])
    kept = rows(records, outcome.keys, per_image=per_image, samples=outcome.samples)
    return pd.DataFrame(kept)


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
) -> pd.DataFrame:
    """Score outputs against targets: two folders, two images, or two sequences of images.

    Without targets, only columns that need none can be scored, such as niqe. Images and `data_range` are as
    in `metric`. Folders are paired by name, and their records are kept in `store`; images leave no records.
    Columns that leave out a border as wide as the scale need the scale. `reading` holds the options that
    files are read with, `pairing` those by which outputs find their targets: `iqabench.run.PairingOptions`
    with `pairs`, `many`, `recursive`. Images that are missing are warned of, unless `allow_missing`.

    Returns: a row for each column, or with `per_image` for each image and column.
    Raises: PairingError, ImageError, UnknownNameError; UsageError for wrong arguments.
    """
    names, ratio = as_names(columns, "columns"), None if scale is None else checked_scale(scale)
    if isinstance(outputs, (str, Path)):
        if data_range is not None:
            raise UsageError(
                "data_range is for arrays and tensors; files have a range of their own."
            )
        place, records = as_path(outputs, "outputs"), Store(as_path(store, "store"))
        partners = _targets_in_files(place, targets, _set_scale(scale), reading, pairing)
        outcome, _ = score_folder(place, partners, records, names, device=device, options=pairing)
        _warn_of([*outcome.notes, *([] if pairing.allow_missing else outcome.all_missing)])
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


def agree(
    images: str,
    folder: str | Path | None = None,
    columns: str | Sequence[str] = (),
    *,
    fits: str | Sequence[str] = (),
    resamples: int = 1000,
    drawn: str = "samples",
    seed: int = 0,
    store: str | Path = "results",
    device: str = "auto",
) -> pd.DataFrame:
    """Compare metrics with the opinions of a public set such as tid2013, as `iqabench agree` does.

    `folder` is the folder of the set as its authors publish it. Values are kept in `store` as records.
    `drawn` says what the bootstrap of the intervals draws: "samples", or "references" with all their
    distorted images.

    Returns: a row for each column, statistic and fit. A statistic that is undefined has no value; its row
        says why.
    Raises: SetError when the folder lacks a file; UsageError, UnknownNameError.
    """
    place = None if folder is None else as_path(folder, "folder")
    times, start = as_whole_number(resamples, "resamples"), as_whole_number(seed, "seed")
    names, chosen = as_names(columns, "columns"), fits_named(as_names(fits, "fits"))
    records = Store(as_path(store, "store"))
    opinions = read_opinions(as_name(images, "images"), place)
    resampling = resampling_of(opinions, times, drawn, start)
    outcome = score_opinions(opinions, records, names, device)
    return pd.DataFrame(agreement_rows(records, outcome.keys, opinions, chosen, resampling))


def profile(
    models: str | Sequence[str],
    *,
    inputs: str | Sequence[str] = (),
    output_sizes: str | Sequence[str] = (),
    probes: str | Sequence[str] = DEFAULT_PROBES,
    batch: int = 1,
    store: str | Path = "results",
    trust: bool = False,
    **options: Any,
) -> pd.DataFrame:
    """Measure what models cost, as `iqabench profile` does.

    `inputs` are as in "3x256x256" or "64..1024", `output_sizes` as in "1280x720". `options` are the fields of
    `iqabench.run.profile.ProfileOptions`: device, precision, mode, threads, sampling ... `trust` is that of
    `evaluate`.

    Returns: a row for each model, size and probe; `details` holds the figures that the value comes from.
    Raises: IqabenchError when names are unknown or nothing could be measured; BusyError when another
        process measures on the device. Single failures are rows without a value that have an `error`.
    """
    if options.get("scale") is not None:
        options["scale"] = checked_scale(options["scale"])
    chosen = as_options(ProfileOptions, options)
    columns = cost_columns(as_names(probes, "probes", least=1))
    many = as_whole_number(batch, "batch", 1)
    of_input, of_output = as_names(inputs, "inputs"), as_names(output_sizes, "output_sizes")
    sizes = sizes_of(of_input, of_output, many) if of_input or of_output or many > 1 else None
    records = Store(as_path(store, "store"))
    with trusting(trust):
        outcome = measure_costs(
            as_names(models, "models", least=1), columns, sizes, records, chosen
        )
    return pd.DataFrame(cost_rows(records, outcome.keys))


def metric(name: str) -> Callable[..., float]:
    """Return a column as a function: `metric("ssim@sr-y")(output, target, scale=4)`.

    The default protocol is `rgb`. The function takes numpy uint8 (H, W, C), PIL, or torch (C, H, W) in
    [0, 1], and other ranges with `data_range`, the value of white, or those of black and white: 255, (-1, 1).
    uint8 and PIL images are always 0..255. The value has no gradient.

    Raises: UsageError, UnknownNameError; the function itself raises ImageError and MetricError, and
        UsageError where the protocol leaves out a border as wide as the scale and no scale is named.
    """
    bound = column(as_name(name, "the metric"))

    def value(
        output: Any,
        target: Any = None,
        scale: int | None = None,
        *,
        data_range: DataRange | None = None,
    ) -> float:
        """Return the value of one output; a no-reference metric needs no target."""
        if scale is None:
            require_no_scale([bound], "scale=4")
        ratio: Any = 1 if scale is None else checked_scale(scale)
        image = as_image(output, "output", data_range)
        return bound(
            image, None if target is None else as_image(target, "target", data_range), ratio
        )

    return value


def load_model(
    name: str,
    scale: Ratio | None = None,
    *,
    allow_random_weights: bool = False,
    progress: bool | None = None,
) -> Model:
    """Load the model that a name means, on the CPU in fp32.

    `name` is an id (rlfn, rlfn_x2), a variant (rfdn@pruned), a card or its folder, a file (.pth .pt
    .safetensors .onnx, TorchScript, exported program), `package.module:factory`, or
    `cmd:PROGRAM {input} {output}`.

    Raises: UnknownNameError, ModelError, WeightsError, FetchError; UsageError for wrong arguments.
    """
    return load_model_named(
        as_name(name, "the model"),
        None if scale is None else checked_scale(scale),
        allow_random_weights=allow_random_weights,
        progress=progress,
    )


def load_set(
    name: str | Path,
    scale: int | None = None,
    *,
    fetch: bool = True,
    reading: ReadOptions = AS_STORED,
) -> SampleSet:
    """Return the samples of a set; its files are downloaded where necessary.

    `name` is the name or alias of a set (`urban100`), with or without a level (`urban100_x2`, `cbsd68_n50`,
    `live1_q10`), or a folder of images (`photos`, `photos@x2`, `photos@n25`). `scale` is the scale of a
    super-resolution set when the name has none. With `fetch=False` nothing is downloaded; samples whose
    files are not here fail when they are loaded. `reading` holds the options that files of a folder are read
    with.

    Raises: UnknownNameError; SetError for a scale or level that the set lacks; FetchError; UsageError for
        wrong arguments.
    """
    wanted = as_name(name, "the set")
    return load_set_named(wanted, _set_scale(scale), fetch=fetch, reading=reading)


def _set_scale(scale: Any) -> int | None:
    """Return the scale of a set, a whole number; a fraction stands in the name, as in photos@x1.5."""
    ratio = None if scale is None else checked_scale(scale)
    if ratio is None or isinstance(ratio, int):
        return ratio
    raise UsageError(f"the scale is {scale}; write a fraction behind the name, as in photos@x1.5.")


def _targets_in_files(
    outputs: Path,
    targets: Any,
    scale: int | None,
    reading: ReadOptions,
    pairing: PairingOptions,
) -> Targets:
    """Return the targets of a folder of outputs, or of a single one."""
    if targets is None:
        return no_targets(outputs, scale, pairing, reading)
    found = targets_of_folder(as_path(targets, "targets"), scale, pairing, reading)
    return targets_for_many(outputs, found, pairing) if pairing.many else found


def _means_of(table: pd.DataFrame, images: int) -> pd.DataFrame:
    """Return a row for each column: the mean over the images, and that of its finite values."""
    groups = table.groupby(["column", "unit", "better"], sort=False)
    means = groups["value"].agg(value="mean", n="count").reset_index()
    finite = groups["value"].agg(lambda values: values[np.isfinite(values)].mean())
    infinite = groups["value"].agg(lambda values: int(np.isinf(values).sum()))
    return means.assign(
        failed=images - means["n"], infinite=infinite.to_numpy(), finite=finite.to_numpy()
    )


def _warn_of(notes: Sequence[str]) -> None:
    """Warn of files whose pixels may not be what people see, and of images that are missing."""
    for note in dict.fromkeys(notes):
        warnings.warn(note, stacklevel=3)


def _images(images: Any, role: str, data_range: DataRange | None) -> list[Any]:
    """Return one image, a sequence of images, or a batch of four dimensions as a list of images."""
    is_sequence = isinstance(images, (list, tuple)) or getattr(images, "ndim", 0) == 4
    return [as_image(image, role, data_range) for image in (images if is_sequence else [images])]
