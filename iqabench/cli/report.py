"""`iqabench report`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from iqabench.cli.options import examples, store_option
from iqabench.cli.table import print_rows
from iqabench.errors import UsageError
from iqabench.report.aggregate import Results, rows
from iqabench.report.cost_forms import cost_csv, cost_latex, cost_markdown
from iqabench.report.cost_tables import CostTable
from iqabench.report.costs import cost_rows
from iqabench.report.devices import devices_of
from iqabench.report.forms import as_csv, as_latex, as_markdown
from iqabench.report.fronts import fronts
from iqabench.report.html import TITLE, write_report
from iqabench.report.tables import Table, tables_of
from iqabench.store import Store

_FORMS: dict[str, tuple[Callable[[Table], str], Callable[[CostTable], str]]] = {
    "latex": (as_latex, cost_latex),
    "csv": (as_csv, cost_csv),
    "markdown": (as_markdown, cost_markdown),
}


@click.command(
    "report",
    epilog=examples(
        "iqabench report",
        "iqabench report --html --out reports",
        "iqabench report --latex > table.tex",
        "iqabench report --pareto psnr@sr-y,macs,latency_ms",
    ),
)
@click.option("--html", is_flag=True, help="Write pages that open from disk, without a network.")
@click.option("--latex", "form", flag_value="latex", help="Print LaTeX tables (booktabs).")
@click.option("--csv", "form", flag_value="csv", help="Print csv.")
@click.option("--markdown", "form", flag_value="markdown", help="Print markdown.")
@click.option(
    "--json", "form", flag_value="json", help="Print json, a row for each mean, then for each cost."
)
@click.option("--pareto", metavar="COLUMN,COLUMN[,...]",
              help="Print which models are on the Pareto front over these columns, as in "
              "psnr@sr-y,macs.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("reports"),
              show_default=True, help="Where the pages go.")  # fmt: skip
@click.option("--title", default=TITLE, help="Heading of the pages.", show_default=True)
@store_option
def command(
    html: bool, form: str | None, pareto: str | None, out: Path, title: str, store: Path
) -> None:
    """Render what is in the store: as tables here, or with --html as pages.

    A Pareto front is that of each set; over costs alone that of each device. A cost may be named without its
    size and convention where it has one of them.
    """
    records = Store(store)
    if html:
        written = write_report(records, out, title=title)
        click.echo(f"{out / 'index.html'} and {len(written) - 1} more files written.", err=True)
        click.echo(out / "index.html")
    if pareto is not None:
        _print_front(records, pareto, form)
    elif form == "json":
        print_rows([*rows(records), *(_without_samples(row) for row in cost_rows(records))], form)
    elif form or not html:
        _print_tables(records, form or "markdown")


def _print_front(store: Store, pareto: str, form: str | None) -> None:
    if form == "latex":
        raise UsageError(
            "a front is printed as a table, --markdown, --csv or --json, not as LaTeX."
        )
    names = [name.strip() for name in pareto.split(",") if name.strip()]
    with Results(store) as results:
        print_rows(fronts(results, names), form)


def _print_tables(store: Store, form: str) -> None:
    of_quality, of_cost = _FORMS[form]
    with Results(store) as results:
        said = [of_quality(table) for table in tables_of(results)]
        said += [of_cost(table) for device in devices_of(results) for table in device.tables]
    click.echo("\n".join(said))


def _without_samples(row: dict[str, Any]) -> dict[str, Any]:
    """A cost without every single sample: those stay in the store."""
    return {**row, "details": {k: v for k, v in row["details"].items() if k != "samples_ms"}}
