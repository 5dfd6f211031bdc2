"""`iqabench report`."""

from collections.abc import Callable
from pathlib import Path

import click

from iqabench.cli.options import examples, store_option
from iqabench.cli.table import print_rows
from iqabench.report.aggregate import rows
from iqabench.report.forms import as_csv, as_latex, as_markdown
from iqabench.report.html import TITLE, write_report
from iqabench.report.tables import Table, tables
from iqabench.store import Store

_FORMS: dict[str, Callable[[Table], str]] = {
    "latex": as_latex,
    "csv": as_csv,
    "markdown": as_markdown,
}


@click.command(
    "report",
    epilog=examples(
        "iqabench report",
        "iqabench report --html --out reports",
        "iqabench report --latex > table.tex",
    ),
)
@click.option("--html", is_flag=True, help="Write pages that open from disk, without a network.")
@click.option("--latex", "form", flag_value="latex", help="Print LaTeX tables (booktabs).")
@click.option("--csv", "form", flag_value="csv", help="Print csv.")
@click.option("--markdown", "form", flag_value="markdown", help="Print markdown.")
@click.option("--json", "form", flag_value="json", help="Print json, a row for each mean.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("reports"),
              show_default=True, help="Where the pages go.")  # fmt: skip
@click.option("--title", default=TITLE, help="Heading of the pages.", show_default=True)
@store_option
def command(html: bool, form: str | None, out: Path, title: str, store: Path) -> None:
    """Render what is in the store: as tables here, or with --html as pages."""
    records = Store(store)
    if html:
        written = write_report(records, out, title=title)
        click.echo(f"{out / 'index.html'} and {len(written) - 1} more files written.", err=True)
        click.echo(out / "index.html")
    if form == "json":
        print_rows(rows(records), form)
    elif form or not html:
        _print_tables(records, _FORMS[form or "markdown"])


def _print_tables(store: Store, form: Callable[[Table], str]) -> None:
    click.echo("\n".join(form(table) for table in tables(store)))
