"""The columns of a job on the machine where it is opened, which may lack files that the driver has."""

from collections.abc import Sequence
from typing import TypeVar

from iqabench.metrics import AnyColumn, require_files, with_reasons

C = TypeVar("C", bound=AnyColumn)


def columns_here(columns: Sequence[C]) -> list[C]:
    """Return the columns with the reasons why some have no value: the driver's and those of this machine.

    Raises: MetricWeightsError when every metric lacks something here.
    """
    of_driver = {column.metric.name: column.lack for column in columns if column.lack}
    return with_reasons(columns, {**(require_files(columns) if columns else {}), **of_driver})
