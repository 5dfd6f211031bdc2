"""`iqabench show`."""

import json

import click

from iqabench.cli.kinds import KINDS, kind_of
from iqabench.cli.options import trust_option
from iqabench.cli.table import print_rows

_SINGULAR = [kind.removesuffix("s") for kind in KINDS]


@click.command("show")
@click.argument("kind", type=click.Choice([*KINDS, *_SINGULAR]), metavar=f"[{'|'.join(_SINGULAR)}]")
@click.argument("name")
@trust_option
@click.option("--json", "as_json", is_flag=True, help="Print json.")
def command(kind: str, name: str, as_json: bool) -> None:
    """Show everything that is known of one set, model, metric, probe or other registered thing."""
    facts = kind_of(kind).show(name)
    if as_json:
        click.echo(json.dumps(facts, indent=2, default=str))
    else:
        texts = {k: _words(v) for k, v in facts.items()}
        print_rows([{"fact": k, "value": v} for k, v in texts.items() if v != ""], None, keep="\n")


def _words(value: object) -> str:
    """Return facts as a person would write them; empty ones are left out."""
    if value in (None, "", (), [], {}):
        return ""
    if isinstance(value, dict):
        texts = {k: _words(v) for k, v in value.items() if v is not False}
        return "\n".join(f"{k}: {v}" for k, v in texts.items() if v)
    if isinstance(value, (list, tuple)):
        lines = any(isinstance(v, dict) for v in value)
        return ("\n" if lines else ", ").join(_words(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
