"""The targets that outputs are compared with: a folder or a registered set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import allow_missing_option, bundle
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.images import ReadOptions
    from iqabench.run import PairingOptions, Targets, targets_of_folder, targets_of_set

F = TypeVar("F", bound=Callable[..., Any])


def target_options(command: F) -> F:
    """Add --target and --set, as the arguments `target` and `images`."""
    command = click.option(
        "--set", "images", metavar="NAME", help="A registered set instead of a folder."
    )(command)
    return click.option(
        "--target", type=click.Path(path_type=Path), metavar="DIR", help="Folder of targets."
    )(command)


def pairing_options(command: F) -> F:
    """Add --pairs, --many, --recursive and --allow-missing, as the argument `pairing`."""
    add = bundle(
        "pairing",
        PairingOptions,
        click.option(
            "--pairs",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE.csv",
            help="A table that says which output belongs to which target: header output,target and, with "
            "--input, input.  [default: by name]",
        ),
        click.option(
            "--many",
            is_flag=True,
            help="Several outputs belong to one target: 0001_0.8 and 0001_0.9 to 0001.",
        ),
        click.option("--recursive", is_flag=True, help="Read the folders in the folders, too."),
        allow_missing_option,
    )
    return cast(F, add(command))


def chosen_targets(
    target: Path | None,
    images: str | None,
    scale: int | None,
    folder_scale: int | None,
    pairing: PairingOptions,
    reading: ReadOptions,
) -> Targets:
    """Return the targets of one of the two; `folder_scale` is the scale at which a folder is compared.

    Raises: UsageError when neither or both are named; what reading them raises.
    """
    if target is not None and images is None:
        return targets_of_folder(target, folder_scale, pairing, reading)
    if images is not None and target is None:
        return targets_of_set(images, scale, reading)
    raise UsageError("the targets are not clear; name either --target DIR or --set NAME.")
