"""The page of several sets side by side: the tables that papers print, with the mean over the sets."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from iqabench.report.data.set_tables import SetTable, set_tables
from iqabench.report.pages.core import Report, Sheet, page
from iqabench.report.text.set_formats import sets_csv, sets_latex, sets_markdown
from iqabench.store import file_name

_FORMATS: dict[str, Callable[[SetTable], str]] = {
    "csv": sets_csv,
    "md": sets_markdown,
    "tex": sets_latex,
}


@page(title="Sets side by side", template="sets.html", name="sets", order=45)
def sets_page(report: Report) -> Iterator[Sheet]:
    """Yield one sheet with all tables, unless no two sets belong together."""
    tables = set_tables(report.tables)
    if tables:
        yield Sheet("sets", partial(_values, report, tables))


def _values(report: Report, tables: Sequence[SetTable]) -> dict[str, Any]:
    """Write each table as files, and return what stands on the sheet."""
    slugs = [f"sets-{file_name(table.name)}" for table in tables]
    for table, slug in zip(tables, slugs, strict=True):
        for suffix, format_table in _FORMATS.items():
            report.write(f"tables/{slug}.{suffix}", format_table(table))
    return {"tables": tables, "slugs": slugs, "dialogs": report.dialogs()}
