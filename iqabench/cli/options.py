"""Options that several commands share."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.places import expanded, is_url
from iqabench.trust import trusting

with lazy_imports(until_used=True):
    from iqabench.images import ReadOptions

F = TypeVar("F", bound=Callable[..., Any])
Option = Callable[[F], F]


def bundle(
    argument: str, build: Callable[..., Any], *options: Option[Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add several options that reach the command as one argument: `build(name=value, ...)`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def bundled(**values: Any) -> Any:
            values[argument] = build(**{name: values.pop(name) for name in names})
            return command(**values)

        parameters: list[click.Parameter] = list(getattr(command, "__click_params__", []))
        bundled.__click_params__ = parameters  # type: ignore[attr-defined]
        count = len(parameters)
        for option in reversed(options):
            option(bundled)
        names = [str(parameter.name) for parameter in parameters[count:]]
        return bundled

    return decorate


class StoreAddress(click.Path):
    """A folder, or the url of a store elsewhere, which stays text."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """Return the address: a url as text, and anything else as the path of a folder."""
        return value if is_url(value) else super().convert(value, param, ctx)


store_option = click.option(
    "--store",
    type=StoreAddress(path_type=Path, file_okay=False),
    default=Path("results"),
    envvar="IQABENCH_STORE",
    show_default=True,
    metavar="FOLDER|URL",
    help="Folder of records, or a url such as s3://bucket/prefix.",
)
column_option = click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="METRIC[@PROTOCOL]",
    help="A column to compute, as in psnr@sr-y; repeatable.  [default: psnr and ssim]",
)
device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu|cuda[:N]",
    help="Device to run on.",
)


def _by_word(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """Return texts of the form WORD=FOLDER as a dictionary."""
    folders = {}
    for text in texts:
        word, equals, folder = text.partition("=")
        if not (word and equals and expanded(folder).is_dir()):
            raise click.BadParameter(f"'{text}' is not WORD=FOLDER with a folder that exists.")
        folders[word] = f"{expanded(folder).resolve()}"
    return folders


sets_option = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="WORD=FOLDER",
    callback=_by_word,
    help="Your folder of a set, by the board's word for the set; repeatable.",
)
precision_option = click.option(
    "--precision",
    type=click.Choice(["fp32", "tf32", "bf16", "fp16"]),
    default="fp32",
    show_default=True,
    help="Arithmetic of the network.",
)


_page_option = click.option(
    "--page",
    type=click.IntRange(1),
    metavar="N",
    help="Read page or frame N of your files.  [default: files of several pages are refused]",
)
_orientation_option = click.option(
    "--apply-orientation",
    is_flag=True,
    help="Turn your images as their orientation tag says.  [default: take the stored pixels]",
)
_pixels_option = click.option(
    "--max-pixels",
    type=click.IntRange(1),
    default=178_956_970,
    show_default=True,
    metavar="N",
    help="Read images of up to N pixels.",
)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that files of the user are read with, as the argument `reading`."""
    add = bundle("reading", ReadOptions, _page_option, _orientation_option, _pixels_option)
    return add(command)


per_image_option = click.option("--per-image", is_flag=True, help="Print a row for each image.")

allow_missing_option = click.option(
    "--allow-missing",
    is_flag=True,
    help="Exit with 0 though images are missing or cannot be read; they are named all the same.",
)


def _consent(context: click.Context, _: click.Parameter, trust: bool) -> None:
    """Consent to code of others until the command ends."""
    context.with_resource(trusting(trust, tell=tell))


trust_option = click.option(
    "--trust",
    is_flag=True,
    expose_value=False,
    callback=_consent,
    help="Run code that a file or folder brings: a card's network.py, a .pt2 file, pages of your own, "
    "a checkout. Without it such code is named and refused.",
)


def scale_option(default: str) -> Callable[[F], F]:
    """Return the option --scale, whose help names the default."""
    return click.option(
        "--scale",
        type=click.IntRange(1, 16),
        metavar="N",
        help=f"Scale of super-resolution sets.  [default: {default}]",
    )


def examples(*commands: str) -> str:
    r"""Return examples to print below the options; `\b` keeps click from joining their lines."""
    return "\n".join(["\b", "Examples:", *(f"  {command}" for command in commands)])


def table_options(command: F) -> F:
    """Add --json, --csv and --markdown, at most one of them, as the argument `form`."""
    for form in ("markdown", "csv", "json"):
        command = click.option(f"--{form}", "form", flag_value=form, help=f"Print {form}.")(command)
    return command
