"""The page of a set's samples: whole images where outputs were kept and are given, windows otherwise."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from iqabench.report.data.tables import Table
from iqabench.report.pages.core import Report, Sheet, page
from iqabench.report.pages.core.script_data import inside_script
from iqabench.report.pages.dialogs.provenance_dialogs import ProvenanceDialogs
from iqabench.report.plots.error_maps import FULL, gradient
from iqabench.report.plots.pictures import cuts_of, whole_of
from iqabench.report.plots.sample_pictures import MOST_MB_WHOLE, ShownSamples, shown_samples


@dataclass(frozen=True)
class _Choice:
    """The samples of a sheet, and how they are shown."""

    samples: ShownSamples
    whole: bool
    reason: str
    """Reason why whole images are not shown although a folder of outputs was named."""


@page(title="Samples", template="samples.html", name="samples", order=40, listed=False)
def sample_page(report: Report) -> Iterator[Sheet]:
    """Yield a sheet for each set of which pictures were kept."""
    for table in report.tables:
        choice = _choice(report, table)
        if choice is not None:
            slug = f"samples-{report.set_slugs[table.number]}"
            yield Sheet(slug, partial(_values, report, table, choice), table.number)


def _choice(report: Report, table: Table) -> _Choice | None:
    """Return whole images if they are found, else windows; None without pictures."""
    whole, reason = _whole(report, table)
    if whole is not None:
        return _Choice(whole, whole=True, reason=reason)
    cuts = cuts_of(report.results.store, table)
    windows = shown_samples(report.results, table, cuts, report.folder)
    return _Choice(windows, whole=False, reason=reason) if windows is not None else None


def _whole(report: Report, table: Table) -> tuple[ShownSamples | None, str]:
    """Return the samples with whole images, or the reason why there are none."""
    if report.outputs is None:
        return None, ""
    find, reason = whole_of(report.outputs, table)
    if find is None:
        return None, reason
    samples = shown_samples(report.results, table, find, report.folder, MOST_MB_WHOLE)
    return samples, "" if samples else "no sample has both its target and an output there."


def _values(report: Report, table: Table, choice: _Choice) -> dict[str, Any]:
    dialogs = report.dialogs()
    keys = _keys(table, dialogs)
    data = {
        "columns": table.labels,
        "samples": [asdict(sample) for sample in choice.samples.samples],
        "keys": keys,
        "page": report.set_slugs[table.number],
    }
    return {
        "table": table,
        "dialogs": dialogs,
        "keys": keys,
        "page": choice.samples,
        "why": choice.reason,
        "whole": choice.whole,
        "full": FULL,
        "gradient": gradient(),
        "data": inside_script(data),
        "made": _are_made(table),
    }


def _are_made(table: Table) -> bool:
    """Return whether pictures were made of bands or complex pixels, or have the edge of a mask on them."""
    known = [column.known_protocol for column in table.columns]
    return any(p is not None and (p.peak != 255 or p.region == "mask") for p in known)


def _keys(table: Table, dialogs: ProvenanceDialogs) -> dict[str, list[str]]:
    """Return for each row's label the keys of its dialogs, one for each column; empty without a cell."""
    return {
        row.label: [
            dialogs.images(table.number, row.number, number) if cell else ""
            for number, cell in zip(table.column_numbers, row.cells, strict=True)
        ]
        for row in table.rows
    }
