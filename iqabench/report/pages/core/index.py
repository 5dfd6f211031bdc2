"""The index of a report: who leads each set, what agrees with people, the devices, the boards, all pages."""

from collections.abc import Sequence
from typing import Any

from iqabench.report.data.overview import groups, summary
from iqabench.report.pages.core.report import Report


def index_values(report: Report, links: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the variables of `index.html`; `links` are text and address of pages that it lists."""
    return {
        "summary": summary(report.results),
        "groups": groups(report.results, report.tables),
        "agreements": report.agreements,
        "devices": report.devices,
        "boards": report.boards,
        "links": links,
        "page_failures": report.failures,
        "dialogs": report.dialogs(),
    }
