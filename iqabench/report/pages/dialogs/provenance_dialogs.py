"""Dialogs that explain the figures of one page when they are clicked.

A page tells of hundreds of figures that share most of it. So it carries blocks of terms, each once, and for
every figure the numbers of its blocks; `behind.js` puts them together in a dialog.
"""

from collections.abc import Iterable

from markupsafe import Markup

from iqabench.report.data.aggregate import Mean
from iqabench.report.data.agreement import AgreementRow, StatisticName
from iqabench.report.data.costs import MeasuredCost
from iqabench.report.data.provenance import Terms
from iqabench.report.pages.core.script_data import inside_script
from iqabench.report.pages.dialogs.figure_sources import FigureSources


class ProvenanceDialogs:
    """The blocks of one page, collected while its template names its figures."""

    def __init__(self, sources: FigureSources) -> None:
        self._sources = sources
        self._blocks: dict[Terms, int] = {}
        self._figures: dict[str, list[int]] = {}

    def mean(self, mean: Mean) -> str:
        """Return the key of a mean, which this page explains from now on."""
        key = f"{mean.setting}-{mean.configuration}-{mean.column}"
        if key not in self._figures:
            self.add(key, self._sources.of_mean(mean))
        return key

    def images(self, setting: int, configuration: int, column: int) -> str:
        """Return the one key of all values of single images, and of what is computed from some of them."""
        key = f"images-{setting}-{configuration}-{column}"
        if key not in self._figures:
            self.add(key, self._sources.of_images(setting, configuration, column))
        return key

    def cost(self, cost: MeasuredCost) -> str:
        """Return the key of a cost, which this page explains from now on."""
        key = "-".join(str(number) for number in self._sources.place_of(cost))
        if key not in self._figures:
            self.add(key, self._sources.of_cost(cost))
        return key

    def agreement(self, row: AgreementRow, statistic: StatisticName) -> str:
        """Return the key of a statistic of agreement, which this page explains from now on."""
        mean = row.mean
        key = f"{mean.setting}-{mean.configuration}-{mean.column}-{'-'.join(statistic)}"
        if key not in self._figures:
            self.add(key, self._sources.of_agreement(row, statistic))
        return key

    def add(self, key: str, blocks: Iterable[Terms]) -> None:
        """Add the blocks of a figure under its key; terms without a text are left out."""
        kept = (tuple((k, v) for k, v in block if v) for block in blocks)
        self._figures[key] = [
            self._blocks.setdefault(block, len(self._blocks)) for block in kept if block
        ]

    @property
    def json(self) -> Markup:
        """Everything collected so far, to stand in a script element."""
        return inside_script({"blocks": list(self._blocks), "figures": self._figures})
