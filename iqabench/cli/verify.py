"""`iqabench verify`."""

import sys

import click

from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.names import all_files, files_named
from iqabench.cli.options import table_options
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.files.states import states


@click.command("verify")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--all", "every", is_flag=True, help="List the files that are in order, too.")
@table_options
def command(names: tuple[str, ...], every: bool, form: str | None) -> None:
    """Hash the files of sets, models and metrics again, and list the missing and damaged ones.

    Without names, everything that has at least one file here is checked.
    """
    wanted = {name: files_named(name) for name in names} if names else all_files()
    checked = {name: states(files) for name, files in wanted.items()}
    if not names:
        checked = {
            n: of_name
            for n, of_name in checked.items()
            if any(s.state != "missing" for s in of_name)
        }
    rows = [
        {"name": name, "file": s.file.name, "state": s.state, "path": str(s.path or "")}
        for name, of_name in checked.items()
        for s in of_name
        if every or s.state != "ok"
    ]
    if rows or form:
        print_rows(rows, form)
    files = sum(len(of_name) for of_name in checked.values())
    bad = sum(s.state in ("missing", "damaged") for of_name in checked.values() for s in of_name)
    click.echo(
        f"{files} files of {len(checked)} names checked, {bad} missing or damaged.", err=True
    )
    if bad:
        click.echo("'iqabench fetch NAME' brings them here.", err=True)
        sys.exit(SOME_FAILED)
