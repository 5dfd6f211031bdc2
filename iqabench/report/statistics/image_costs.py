"""Costs of images beside quality: the mean of each row, and its share of the parent's at the same images."""

from dataclasses import dataclass

import numpy as np

from iqabench.report.data.aggregate import Results
from iqabench.report.data.setting_curves import curve_of
from iqabench.report.data.subjects import Configuration
from iqabench.report.data.tables import Table, TableCell, TableRow
from iqabench.report.data.variants import variant_pairs
from iqabench.report.statistics.matrix import Matrix, matrix_of


@dataclass(frozen=True)
class CostShare:
    """The cost of an adaptive model as a share of its parent's, over the images that both have."""

    parent: str
    """The label of the parent."""
    of_means: float
    """The mean cost divided by the mean cost of the parent."""
    mean: float
    """The mean over the images of the cost divided by the parent's cost of the same image."""


@dataclass(frozen=True)
class ImageCost:
    """One row of a table with the cost of its images."""

    row: TableRow
    macs: float
    """The mean over the images."""
    heavy: float | None
    """The mean share of the heavy path; None for a model without one."""
    share: CostShare | None
    quality: tuple[TableCell | None, ...]
    """The cells of the columns of quality."""

    @property
    def curve(self) -> Configuration:
        """The model and its conditions without the setting: its rows are a curve."""
        return curve_of(self.row.configuration)


@dataclass(frozen=True)
class ImageCosts:
    """The costs of images of one table."""

    costs: tuple[ImageCost, ...]
    """Rows of one model follow each other, the dearest first."""
    columns: tuple[int, ...]
    """The positions of the columns of quality in the table."""


def image_costs(results: Results, table: Table) -> ImageCosts | None:
    """Return the costs of images, where a model of the table has a heavy path; else None."""
    places = {c.metric: at for at, c in enumerate(table.columns) if c.is_image_cost}
    if not {"macs", "heavy"} <= set(places):
        return None
    macs = matrix_of(results, table.number, table.column_numbers[places["macs"]])
    parents = {pair.variant.number: pair.parent for pair in variant_pairs(table)}
    columns = tuple(at for at, c in enumerate(table.columns) if not c.is_image_cost)
    costs = []
    for row in table.rows:
        cost, heavy = _mean(row.cells[places["macs"]]), _mean(row.cells[places["heavy"]])
        if cost is not None:
            share = _share(macs, row, parents.get(row.number))
            quality = tuple(row.cells[at] for at in columns)
            costs.append(ImageCost(row, cost, heavy, share, quality))
    costs.sort(key=lambda one: (one.curve.order, -one.macs))
    return ImageCosts(tuple(costs), columns) if costs else None


def _mean(cell: TableCell | None) -> float | None:
    return cell.mean.value if cell is not None else None


def _share(macs: Matrix, row: TableRow, parent: TableRow | None) -> CostShare | None:
    """Return the share of the parent's cost; None where one of both lacks an image."""
    numbers = list(macs.configurations)
    if parent is None or row.number not in numbers or parent.number not in numbers:
        return None
    own, its = (macs.values[numbers.index(each)] for each in (row.number, parent.number))
    return CostShare(parent.label, float(own.mean() / its.mean()), float(np.mean(own / its)))
