"""`iqabench list`."""

import click

from iqabench.cli.family import tree_rows, variant_rows
from iqabench.cli.kinds import KINDS, kind_of
from iqabench.cli.options import table_options
from iqabench.cli.table import print_rows
from iqabench.errors import UsageError


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--variants",
    is_flag=True,
    help="List only models that have variants, with the variants below each.",
)
@table_options
def command(kind: str, variants: bool, form: str | None) -> None:
    """List registered tasks, sets, models, metrics, protocols, probes, boards, degradations or opinions."""
    if variants:
        if kind != "models":
            raise UsageError(f"{kind} have no variants; type 'iqabench list models --variants'.")
        print_rows(variant_rows() if form else tree_rows(), form)
        return
    rows = kind_of(kind).rows()
    hidden = () if form else getattr(kind_of(kind), "HIDDEN", ())
    print_rows([{k: v for k, v in row.items() if k not in hidden} for row in rows], form)
