"""`iqabench bundle`."""

from pathlib import Path

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import examples

with lazy_imports():
    from iqabench.sets.catalogue import entry
    from iqabench.submissions.bundle import bundle


@click.command(
    "bundle",
    epilog=examples("iqabench bundle dnd out --out dnd_submission"),
)
@click.argument("name", metavar="SET")
@click.argument("outputs", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The folder that the files are written into.",
)
def command(name: str, outputs: Path, out: Path) -> None:
    """Write the outputs in DIR as the server of a benchmark takes them, which has the targets to itself.

    DIR is a folder that run --save-outputs wrote, or one with a PNG of 8 or 16 bits for each sample.
    """
    item = entry(name)
    files = bundle(item, outputs, out)
    click.echo(f"{len(files)} files are in {out}; hand them in at {item.facts.page}")
