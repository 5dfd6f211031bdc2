"""`iqabench compress`: one file per way of making a variant, imported when it is asked for."""

import importlib

import click

from iqabench.errors import CompressError

WAYS = {
    "prune": "Take channels out of a network, and train what is left.",
    "distill": "Train a small network to do what a large one does.",
    "quantize": "Make a network compute with 8-bit integers, or store it in half precision.",
    "collapse": "Fold layers that are linear together into fewer, exactly.",
}
"""Name to one-line help."""


_LIBRARIES = {"torch_pruning": "torch-pruning 1.6.1", "torchao": "torchao"}


class _Ways(click.Group):
    """The ways by their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(WAYS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in WAYS:
            return None
        try:
            module = importlib.import_module(f"iqabench.cli.compress.{cmd_name}")
        except ModuleNotFoundError as error:
            if error.name not in _LIBRARIES:
                raise
            raise CompressError(
                f"compress {cmd_name} needs {_LIBRARIES[error.name]}, which is not installed: "
                "pip install 'iqabench[compress]'."
            ) from error
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(WAYS.items()))


@click.group("compress", cls=_Ways)
def command() -> None:
    """Make a variant of a model: smaller or faster, beside its parent.

    Every result is a folder with weights (safetensors) and a card: parent, recipe, data, seed, hash, and
    figures before and after. It is a model by its path, as in 'iqabench compare pocket FOLDER', and by its
    id where IQABENCH_MODELS names the folder above it.
    """
