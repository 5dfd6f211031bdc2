"""Writes the pages of samples: whole images where outputs were kept and given, cuts otherwise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table
from iqabench.report.pages.figure_sources import FigureSources
from iqabench.report.pages.provenance_dialogs import ProvenanceDialogs
from iqabench.report.pages.sample_pictures import MOST_MB_WHOLE, SamplePage, sample_page
from iqabench.report.pages.script_data import inside_script
from iqabench.report.plots.error_maps import FULL, gradient
from iqabench.report.plots.pictures import cuts_of, whole_of


def write_sample_pages(
    sources: FigureSources,
    tables: Sequence[Table],
    slugs: Mapping[int, str],
    folder: Path,
    page: Callable[..., None],
    outputs: Path | None = None,
) -> dict[int, str]:
    """A page `samples-SLUG.html` for each setting of which pictures were kept.

    `slugs` are the pages of the settings, `page` renders a template to one, `outputs` is where runs saved
    whole outputs.

    Returns: the slugs of the pages by the settings' numbers.
    """
    written: dict[int, str] = {}
    results = sources.results
    for table in tables:
        found, why = _whole(results, table, folder, outputs)
        whole = found is not None
        found = found or sample_page(results, table, cuts_of(results.store, table), folder)
        if found is not None:
            written[table.number] = f"samples-{slugs[table.number]}"
            behind = ProvenanceDialogs(sources)
            keys = _keys(table, behind)
            page(
                "samples", written[table.number], table=table, set_slug=slugs[table.number],
                behind=behind, keys=keys, page=found, why=why, whole=whole, full=FULL, gradient=gradient(),
                data=inside_script({
                    "columns": table.labels, "samples": [asdict(one) for one in found.samples],
                    "keys": keys, "page": slugs[table.number],
                }),
            )  # fmt: skip
    return written


def _keys(table: Table, behind: ProvenanceDialogs) -> dict[str, list[str]]:
    """What stands behind the figures of each output, by its label, for each column; empty without any."""
    return {
        row.label: [
            behind.images(table.number, row.number, at) if cell else ""
            for at, cell in zip(table.column_numbers, row.cells, strict=True)
        ]
        for row in table.rows
    }


def _whole(
    results: Results, table: Table, folder: Path, outputs: Path | None
) -> tuple[SamplePage | None, str]:
    """The page with whole images, or why there is none; nothing is said where nobody asked."""
    if outputs is None:
        return None, ""
    find, why = whole_of(outputs, table)
    if find is None:
        return None, why
    found = sample_page(results, table, find, folder, MOST_MB_WHOLE)
    return found, "" if found else "no sample has both its target and an output there."
