"""The restoration and scoring of sets: `iqabench.evaluate`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from iqabench.api.checks import require_placement, set_scale, warn_of
from iqabench.arguments import as_address, as_names, as_options, as_path
from iqabench.images import AS_STORED, ReadOptions
from iqabench.remote import open_store
from iqabench.report.data.rows import rows
from iqabench.run import (
    Options,
    plan,
)
from iqabench.run import evaluate as run_cells
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.trust import trusting


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
    placement: Placement = LOCAL,
    **options: Any,
) -> pd.DataFrame:
    """Restore sets with models and score the outputs, as `iqabench run` does.

    `options` are the fields of `iqabench.run.Options`: device, precision, tile, limit, force ...
    With `trust`, code that files and folders bring is run: the network.py of a card, an exported program.
    `reading` holds the options that files of folders are read with, as in
    `iqabench.images.ReadOptions(apply_orientation=True)`. `placement` says where models run, as in
    `iqabench.run.Placement(executor="ray", workers=2)`.

    Returns: a row for each model, set and column, or with `per_image` for each image.
    Raises: IqabenchError when names are unknown or nothing could be run; UsageError for wrong arguments.
        Single failures are rows that have no value and count as `failed`.
    """
    require_placement(placement)
    if options.get("save_outputs") is not None:
        options["save_outputs"] = as_path(options["save_outputs"], "save_outputs")
    chosen = as_options(Options, {"progress": False, **options})
    records = open_store(as_address(store, "store"))
    names, places = as_names(models, "models"), as_names(sets, "sets")
    cells = plan(names, places, as_names(columns, "columns"), set_scale(scale), reading=reading)
    with trusting(trust):
        outcome = run_cells(cells, records, chosen, placement=placement)
    warn_of([*outcome.notes, *outcome.all_missing])
    kept = rows(records, outcome.keys, per_image=per_image, samples=outcome.samples)
    return pd.DataFrame(kept)
