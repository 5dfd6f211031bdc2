"""The columns of a job on workers: what travels with them, and what they lack where the job is opened."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from iqabench.errors import ModelError
from iqabench.images import ReadOptions
from iqabench.metrics import AnyColumn, require_files, with_reasons
from iqabench.models.core.load import is_own
from iqabench.run.references import load_pool
from iqabench.sets import SampleSet

C = TypeVar("C", bound=AnyColumn)


def columns_here(columns: Sequence[C]) -> list[C]:
    """Return the columns with the reasons why some have no value: the driver's and those of this machine.

    Raises: MetricWeightsError when every metric lacks something here.
    """
    of_driver = {column.metric.name: column.lack for column in columns if column.lack}
    return with_reasons(columns, {**(require_files(columns) if columns else {}), **of_driver})


def ship_pools(columns: Iterable[AnyColumn], reading: ReadOptions) -> dict[str, SampleSet]:
    """Return the pools that columns compare with, by name, as they travel.

    Raises: UnknownNameError, SetError, FetchError.
    """
    pools = (column.protocol for column in columns if column.protocol.reference == "pool")
    names = sorted({protocol.named for protocol in pools})
    return {name: load_pool(name, reading).travelling() for name in names}


def require_registered(columns: Iterable[AnyColumn]) -> None:
    """Check that workers find the models that columns compare with.

    Raises: ModelError for a model that the user brings.
    """
    for column in columns:
        protocol = column.protocol
        if protocol.reference in ("model", "restored") and is_own(protocol.named):
            raise ModelError(
                f"{column.name} compares with the model '{protocol.named}', which is yours and lies only on "
                "this machine. Leave --executor out, or register the model on all machines."
            )
