"""`iqabench list`."""

import click

from iqabench.cli.kinds import KINDS, kind_of
from iqabench.cli.options import table_options
from iqabench.cli.table import print_rows


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@table_options
def command(kind: str, form: str | None) -> None:
    """List what is registered: sets, models, metrics, protocols, degradations or opinions."""
    rows = kind_of(kind).rows()
    hidden = () if form else getattr(kind_of(kind), "HIDDEN", ())
    print_rows([{k: v for k, v in row.items() if k not in hidden} for row in rows], form)
