"""The command `iqabench report`."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import examples, store_option, trust_option
from iqabench.cli.result import tell_notes
from iqabench.cli.table import print_rows
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.remote import open_store
    from iqabench.report.data.aggregate import Results
    from iqabench.report.data.agreement import OpinionAgreement, agreement_rows_of, agreements_of
    from iqabench.report.data.clip_tables import ClipTable, clip_tables
    from iqabench.report.data.cost_tables import CostTable
    from iqabench.report.data.costs import cost_rows
    from iqabench.report.data.decoders import decoder_notes
    from iqabench.report.data.devices import devices_of
    from iqabench.report.data.fronts import fronts
    from iqabench.report.data.rows import rows
    from iqabench.report.data.set_tables import SetTable, set_tables
    from iqabench.report.data.subjects import Setting
    from iqabench.report.data.tables import Table, tables_of
    from iqabench.report.pages.core.write import write_figures, write_report
    from iqabench.report.statistics.intervals import Intervals
    from iqabench.report.text.agreement_formats import (
        agreement_csv,
        agreement_latex,
        agreement_markdown,
    )
    from iqabench.report.text.clip_formats import clips_csv, clips_latex, clips_markdown
    from iqabench.report.text.cost_formats import cost_csv, cost_latex, cost_markdown
    from iqabench.report.text.front_formats import front_latex
    from iqabench.report.text.set_formats import sets_csv, sets_latex, sets_markdown
    from iqabench.report.text.table_formats import as_csv, as_latex, as_markdown
    from iqabench.store import Store

if TYPE_CHECKING:
    from iqabench.report.pages.core.site import WrittenReport

_FORMS: dict[
    str,
    tuple[
        Callable[[Table, Intervals | None], str],
        Callable[[CostTable], str],
        Callable[[OpinionAgreement, bool], str],
    ],
] = {
    "latex": (as_latex, cost_latex, agreement_latex),
    "csv": (as_csv, cost_csv, agreement_csv),
    "markdown": (as_markdown, cost_markdown, agreement_markdown),
}
"""Writers of a table of means, of a table of costs, and of an agreement, for each form."""
_CLIP_FORMS: dict[str, Callable[[Setting, Sequence[ClipTable]], str]] = {
    "latex": clips_latex,
    "csv": clips_csv,
    "markdown": clips_markdown,
}
"""Writers of the tables of clips of a set, for each form."""
_SET_FORMS: dict[str, Callable[[SetTable], str]] = {
    "latex": sets_latex,
    "csv": sets_csv,
    "markdown": sets_markdown,
}
"""Writers of the tables of several sets, for each form."""


@click.command(
    "report",
    epilog=examples(
        "iqabench report",
        "iqabench report --html --out reports",
        "iqabench report --intervals",
        "iqabench report --latex --intervals > table.tex",
        "iqabench report --figures --width page --between rfdn,rfdn@pruned",
        "iqabench report --pareto psnr@sr-y,macs,latency_ms",
    ),
)
@click.option("--html", is_flag=True, help="Write pages that open from disk, without a network.")
@click.option("--latex", "form", flag_value="latex", help="Print LaTeX tables (booktabs).")
@click.option("--csv", "form", flag_value="csv", help="Print csv.")
@click.option("--markdown", "form", flag_value="markdown", help="Print markdown.")
@click.option(
    "--json",
    "form",
    flag_value="json",
    help="Print json: a row for each mean, for each agreement with people, and for each cost.",
)
@click.option(
    "--pareto",
    metavar="COLUMN,COLUMN[,...]",
    help="Print which models are on the Pareto front over these columns, as in psnr@sr-y,macs.",
)
@click.option(
    "--intervals",
    is_flag=True,
    help="Add the 95 % interval of each mean, by a bootstrap of its images. JSON has intervals anyway, "
    "except for stores of more than a million records.",
)
@click.option("--figures", is_flag=True, help="Write figures for papers, as PDF and SVG.")
@click.option(
    "--width",
    type=click.Choice(["column", "page"]),
    default="column",
    show_default=True,
    help="Width of figures: 3.3 inches for a column, 6.9 for a page.",
)
@click.option(
    "--between",
    metavar="MODEL,MODEL",
    default="",
    help="Two models that a figure compares image by image.  [default: the best two]",
)
@click.option(
    "--outputs",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of outputs that runs saved: with --html, samples are shown whole, up to 64 MB "
    "for each set.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the pages or the figures.  [default: reports, or figures]",
)
@click.option(
    "--title",
    default="Image restoration benchmark",
    help="Heading of the pages.",
    show_default=True,
)
@trust_option
@store_option
def command(
    html: bool,
    form: str | None,
    pareto: str | None,
    intervals: bool,
    figures: bool,
    width: str,
    between: str,
    outputs: Path | None,
    out: Path | None,
    title: str,
    store: str | Path,
) -> None:
    """Render the results of a store: as tables here, or with --html as pages.

    A Pareto front is that of each set; over costs alone that of each device. A cost may be named without its
    size and convention where it has one of them. Sets of one task, level and protocol, and those of a group
    such as rain13k, stand side by side in a further table: PSNR/SSIM in a cell, and the mean over the sets.
    """
    records, failed = open_store(store), False
    means = pareto is None and (form is not None or not (html or figures))
    _require_sense(html, intervals and not means, figures, between, outputs)
    if html:
        pages = out or Path("reports")
        written = write_report(records, pages, title=title, outputs=outputs)
        failed = _print_written(written)
    if figures:
        for path in write_figures(
            records, out or Path("figures"), width=width, between=_two(between)
        ):
            click.echo(path)
    if pareto is not None:
        _print_front(records, pareto, form)
    elif form == "json":
        means_of = rows(records, intervals=True if intervals else None)
        costs = (_without_samples(row) for row in cost_rows(records))
        print_rows([*means_of, *_stored_agreement(records), *costs], form)
    elif form or not (html or figures):
        _print_tables(records, form or "markdown", intervals)
    sys.exit(SOME_FAILED if failed else 0)


def _print_written(written: "WrittenReport") -> bool:
    """Print where the index is and which pages failed; return whether any did."""
    index, *others = written.pages
    tell(f"{index} and {len(others)} more pages written.")
    for failure in written.failures:
        tell(
            f"The page '{failure.page}' is left out: it raised {failure.reason}. Repair or uninstall "
            "the package it comes from; the index names it, too."
        )
    click.echo(index)
    return bool(written.failures)


def _require_sense(
    html: bool, lonely_intervals: bool, figures: bool, between: str, outputs: Path | None
) -> None:
    """Options that would do nothing, or two things to one folder."""
    if html and figures:
        raise UsageError(
            "pages and figures go into folders of their own: give --html and --figures in two commands."
        )
    if lonely_intervals:
        raise UsageError(
            "--intervals stand beside means, and nothing here prints any; leave --pareto out, or add "
            "--markdown, --csv, --json or --latex."
        )
    for name, given, needs, there in (
        ("--between", bool(between), "--figures", figures),
        ("--outputs", outputs is not None, "--html", html),
    ):
        if given and not there:
            raise UsageError(f"{name} says nothing without {needs}; add {needs}, or leave it out.")


def _two(between: str) -> list[str]:
    names = [name.strip() for name in between.split(",") if name.strip()]
    if len(names) not in (0, 2):
        raise UsageError(f"--between takes two models, as in rfdn,imdn; given: {between}.")
    return names


def _print_front(store: Store, pareto: str, form: str | None) -> None:
    names = [name.strip() for name in pareto.split(",") if name.strip()]
    with Results(store) as results:
        rows = fronts(results, names)
    if form == "latex":
        click.echo(front_latex(rows, names))
    else:
        print_rows(rows, form)


def _print_tables(store: Store, form: str, intervals: bool) -> None:
    of_quality, of_cost, of_agreement = _FORMS[form]
    with Results(store) as results:
        known = Intervals(results, wanted=True) if intervals else None
        texts, tables = [], tables_of(results)
        for table in tables:
            texts.append(of_quality(table, known))
            clips = clip_tables(results, table)
            texts += [_CLIP_FORMS[form](table.setting, clips)] if clips else []
        texts += [_SET_FORMS[form](table) for table in set_tables(tables)]
        texts += [of_agreement(agreement, intervals) for agreement in agreements_of(results)]
        texts += [of_cost(table) for device in devices_of(results) for table in device.tables]
        notes = decoder_notes(results)
    tell_notes(notes)
    click.echo("\n".join(texts))


def _stored_agreement(store: Store) -> list[dict[str, Any]]:
    with Results(store) as results:
        return agreement_rows_of(results)


def _without_samples(row: dict[str, Any]) -> dict[str, Any]:
    """A cost without every single sample: those stay in the store."""
    return {**row, "details": {k: v for k, v in row["details"].items() if k != "samples_ms"}}
