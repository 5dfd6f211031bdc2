"""The explorer: a page that plots any column against any other, in the browser."""

from collections.abc import Iterator
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

from iqabench.report.data.explorer_points import explorer_of
from iqabench.report.data.model_report import model_names
from iqabench.report.pages.core import Report, Sheet, page
from iqabench.report.pages.core.script_data import inside_script


@page(title="Explorer: any column against any", template="explorer.html", name="explorer", order=50)
def explorer_page(report: Report) -> Iterator[Sheet]:
    """Yield the explorer, unless no two columns have two models in common."""
    addresses = {name: report.page_of("model", name) for name in model_names(report.results)}
    explorer = explorer_of(report.tables, report.devices, addresses)
    if explorer is not None:
        data = inside_script(asdict(explorer))
        plotly = _copy_plotly(report.folder)
        yield Sheet("explorer", {"explorer": explorer, "data": data, "plotly": plotly})


def _copy_plotly(folder: Path) -> str:
    """Copy the plotting library's script into the report, and return its address."""
    target = folder / "assets" / "plotly.min.js"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes((files("plotly") / "package_data" / "plotly.min.js").read_bytes())
    return "assets/plotly.min.js"
