"""The costs of models, and the agreement of metrics with people: `iqabench.profile`, `iqabench.agree`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from iqabench.api.checks import require_placement
from iqabench.arguments import (
    as_address,
    as_name,
    as_names,
    as_options,
    as_path,
    as_whole_number,
)
from iqabench.opinions import read_opinions
from iqabench.probes import cost_columns, sizes_of
from iqabench.remote import open_store
from iqabench.report.data.costs import cost_rows
from iqabench.report.statistics.agreement import agreement_rows, fits_named, resampling_of
from iqabench.run.agree import score_opinions
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.profile import DEFAULT_PROBES, ProfileOptions
from iqabench.run.profile import profile as measure_costs
from iqabench.tasks import checked_scale
from iqabench.trust import trusting


def profile(
    models: str | Sequence[str],
    *,
    inputs: str | Sequence[str] = (),
    output_sizes: str | Sequence[str] = (),
    probes: str | Sequence[str] = DEFAULT_PROBES,
    batch: int = 1,
    store: str | Path = "results",
    trust: bool = False,
    placement: Placement = LOCAL,
    **options: Any,
) -> pd.DataFrame:
    """Measure what models cost, as `iqabench profile` does.

    `inputs` are as in "3x256x256" or "64..1024", `output_sizes` as in "1280x720". `options` are the fields of
    `iqabench.run.profile.ProfileOptions`: device, precision, mode, threads, sampling ... `trust` is that of
    `evaluate`. `placement` says where costs are counted; times are measured in this process.

    Returns: a row for each model, size and probe; `details` holds the figures that the value comes from.
    Raises: IqabenchError when names are unknown or nothing could be measured; BusyError when another
        process measures on the device. Single failures are rows without a value that have an `error`.
    """
    require_placement(placement)
    if options.get("scale") is not None:
        options["scale"] = checked_scale(options["scale"])
    chosen = as_options(ProfileOptions, options)
    columns = cost_columns(as_names(probes, "probes", least=1))
    many = as_whole_number(batch, "batch", 1)
    of_input, of_output = as_names(inputs, "inputs"), as_names(output_sizes, "output_sizes")
    sizes = sizes_of(of_input, of_output, many) if of_input or of_output or many > 1 else None
    records = open_store(as_address(store, "store"))
    with trusting(trust):
        outcome = measure_costs(
            as_names(models, "models", least=1),
            columns,
            sizes,
            records,
            chosen,
            placement=placement,
        )
    return pd.DataFrame(cost_rows(records, outcome.keys))


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
    placement: Placement = LOCAL,
) -> pd.DataFrame:
    """Compare metrics with the opinions of a public set such as tid2013, as `iqabench agree` does.

    `folder` is the folder of the set as its authors publish it. Values are kept in `store` as records.
    `drawn` says what the bootstrap of the intervals draws: "samples", or "references" with all their
    distorted images. `placement` says where images are scored, as in `evaluate`.

    Returns: a row for each column, statistic and fit. A statistic that is undefined has no value; its row
        says why.
    Raises: SetError when the folder lacks a file; UsageError, UnknownNameError.
    """
    require_placement(placement)
    place = None if folder is None else as_path(folder, "folder")
    times, start = as_whole_number(resamples, "resamples"), as_whole_number(seed, "seed")
    names, chosen = as_names(columns, "columns"), fits_named(as_names(fits, "fits"))
    records = open_store(as_address(store, "store"))
    opinions = read_opinions(as_name(images, "images"), place)
    resampling = resampling_of(opinions, times, drawn, start)
    outcome = score_opinions(opinions, records, names, device, placement=placement)
    return pd.DataFrame(agreement_rows(records, outcome.keys, opinions, chosen, resampling))
