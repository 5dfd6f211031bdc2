"""The page of a device: what models cost on it, how costs grow, and how they were measured."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from iqabench.report.data import cost_remarks
from iqabench.report.data.cost_tables import CostTable
from iqabench.report.data.devices import Device
from iqabench.report.pages.core import Report, Sheet, page
from iqabench.report.plots.latency_plots import latency_plots
from iqabench.report.plots.sweeps import sweeps_of
from iqabench.report.text.cost_formats import cost_csv, cost_latex, cost_markdown

_FORMATS: dict[str, Callable[[CostTable], str]] = {
    "csv": cost_csv,
    "md": cost_markdown,
    "tex": cost_latex,
}


@page(title="Cost", template="cost.html", name="cost", order=20, listed=False)
def cost_page(report: Report) -> Iterator[Sheet]:
    """Yield a sheet for each device on which costs were measured."""
    for device in report.devices:
        slug = report.device_slugs[device.hash]
        yield Sheet(slug, partial(_values, report, device, slug), device.hash)


def _values(report: Report, device: Device, slug: str) -> dict[str, Any]:
    """Write the tables of the device as files, and return what stands on its sheet."""
    for number, table in enumerate(device.tables, 1):
        for suffix, format_table in _FORMATS.items():
            report.write(f"tables/{slug}-{number}.{suffix}", format_table(table))
    return {
        "device": device,
        "dialogs": report.dialogs(),
        "latencies": latency_plots(device, slug, report.write),
        "sweeps": sweeps_of(device, slug, report.write),
        "failures": cost_remarks.cost_failures(device),
        "notes": cost_remarks.cost_notes(device),
        "warnings": cost_remarks.cost_warnings(device),
        "timings": cost_remarks.timings(device),
        "machine": cost_remarks.machine_of(device),
        "facts_of": cost_remarks.facts_of,
        "runs": report.provenance.runs(device.settings),
    }
