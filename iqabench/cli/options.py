"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

store_option = click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results"),
    envvar="IQABENCH_STORE",
    show_default=True,
    help="Folder of records.",
)
column_option = click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="METRIC[@PROTOCOL]",
    help="What to compute, as in psnr@sr-y; repeatable.  [default: psnr and ssim]",
)
device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu|cuda[:N]",
    help="Where it runs.",
)


def _by_word(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """WORD=FOLDER, as a dictionary."""
    found = {}
    for text in given:
        word, equals, folder = text.partition("=")
        if not (word and equals and Path(folder).expanduser().is_dir()):
            raise click.BadParameter(f"'{text}' is not WORD=FOLDER with a folder that is there.")
        found[word] = f"{Path(folder).expanduser().resolve()}"
    return found


sets_option = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="WORD=FOLDER",
    callback=_by_word,
    help="Where you have a set of the board, by the board's word for it; repeatable.",
)
precision_option = click.option(
    "--precision",
    type=click.Choice(["fp32", "tf32", "bf16", "fp16"]),
    default="fp32",
    show_default=True,
    help="Arithmetic of the network.",
)
per_image_option = click.option("--per-image", is_flag=True, help="A row for each image.")


def scale_option(default: str) -> Callable[[F], F]:
    """--scale, which says what happens without it."""
    return click.option(
        "--scale",
        type=click.IntRange(1, 16),
        metavar="N",
        help=f"Scale of super-resolution sets.  [default: {default}]",
    )


def examples(*commands: str) -> str:
    """What stands below a command's options whose lines click must not join."""
    return "\n".join(["\b", "Examples:", *(f"  {command}" for command in commands)])


def table_options(command: F) -> F:
    """--json, --csv and --markdown, at most one of them, as the argument `form`."""
    for form in ("markdown", "csv", "json"):
        command = click.option(f"--{form}", "form", flag_value=form, help=f"Print {form}.")(command)
    return command
