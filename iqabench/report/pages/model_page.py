"""The page of a model: its card, all that was measured of it, its relatives and its weights."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from iqabench.report.data.model_report import ModelReport, model_names, model_reports, parents_of
from iqabench.report.pages.core import Report, Sheet, page
from iqabench.report.text.page_names import page_slugs


@page(title="Models", template="model.html", name="model", order=30, listed=False)
def model_page(report: Report) -> Iterator[Sheet]:
    """Yield a sheet for each model."""
    slugs = page_slugs("model", model_names(report.results))
    for model in model_reports(report.results, report.tables, report.devices):
        yield Sheet(slugs[model.model], partial(_values, report, model), model.model)


def _values(report: Report, model: ModelReport) -> dict[str, Any]:
    numbers = {number for number, _ in model.configurations}
    return {
        "page": model,
        "dialogs": report.dialogs(),
        "parents": parents_of(model, report.tables, report.devices),
        "runs": report.provenance.runs(range(len(report.results.settings)), numbers),
    }
