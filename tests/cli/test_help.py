"""Help appears at once: it imports nothing heavy, and what it says of the library is true."""

import importlib
import pkgutil
import subprocess
import sys

import click
import pytest

import iqabench.cli
from iqabench.cli.lazy import LazyGroup, Placeholder, load_waiting
from iqabench.cli.main import cli
from iqabench.compress.calibration import Calibration
from iqabench.compress.collapse import Expansion
from iqabench.compress.distill import NO_TEACHER
from iqabench.compress.expand import BLOCKS
from iqabench.compress.losses import LOSSES
from iqabench.compress.prune import PruningRequest
from iqabench.compress.training_setup import TrainingSetup
from iqabench.probes.timing.rounds import Sampling
from iqabench.report.pages.core.write import TITLE, WIDTHS
from iqabench.report.statistics.agreement import FITS
from iqabench.run.profile import DEFAULT_PROBES
from iqabench.tasks import LARGEST_SCALE
from iqabench.training.plan import Plan

HEAVY = {"torch", "pandas", "duckdb", "matplotlib", "scipy", "numpy", "pydantic", "cv2", "rich"}


def leaves(group: click.Group, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    """Return every command and sub-command by the words that call it."""
    found: dict[tuple[str, ...], click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found[(*words, name)] = command
        if isinstance(command, click.Group):
            found |= leaves(command, (*words, name))
    return found


COMMANDS = leaves(cli)


PRINT_HELP = """
import sys
from iqabench.cli.main import cli
for words in {commands!r}:
    cli.main([*words, "--help"], standalone_mode=False)
    heavy = {heavy!r} & set(sys.modules)
    assert not heavy, (words, heavy)
"""


def test_help_imports_nothing_heavy() -> None:
    code = PRINT_HELP.format(commands=list(COMMANDS), heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage: ") == len(COMMANDS)


def test_every_lazy_import_names_something_that_exists() -> None:
    for module in pkgutil.walk_packages(iqabench.cli.__path__, "iqabench.cli."):
        importlib.import_module(module.name)
    load_waiting()
    for name, module_of in list(sys.modules.items()):
        if name.startswith("iqabench.cli"):
            left = {k: v for k, v in vars(module_of).items() if type(v) is Placeholder}
            assert all(value.until_used for value in left.values()), f"{name}: {left}"
            for value in left.values():
                value.load()


def default_of(words: str, option: str) -> object:
    """Return the default of an option, by the command's words and the option's argument name."""
    return parameter(words, option).default


def choices_of(words: str, option: str) -> list[str]:
    """Return the choices of an option."""
    kind = parameter(words, option).type
    assert isinstance(kind, click.Choice)
    return list(kind.choices)


def parameter(words: str, option: str) -> click.Parameter:
    return next(p for p in COMMANDS[tuple(words.split())].params if p.name == option)


def test_defaults_that_help_shows_are_those_of_the_library() -> None:

    for words in ("reproduce", "rank", "profile"):
        assert default_of(words, "sampling") == Sampling.budget_s
    assert default_of("compress collapse", "width") == Expansion.width
    for name in ("width", "batches", "size"):
        assert default_of("compress prune", name) == getattr(PruningRequest, name)
    for name in ("crops", "side", "seed"):
        assert default_of("compress quantize", name) == getattr(Calibration, name)
    for words in ("compress prune", "compress distill", "compress collapse"):
        for name in ("seed", "batch", "save_every"):
            assert default_of(words, name) == getattr(Plan, name)
        for name in ("side", "per_copy"):
            assert default_of(words, name) == getattr(TrainingSetup, name)
    assert default_of("report", "title") == TITLE
    probes = parameter("profile", "probes")
    assert isinstance(probes, click.Option)
    assert ", ".join(DEFAULT_PROBES) in str(probes.help)


def test_choices_are_those_of_the_library() -> None:

    assert choices_of("agree", "fits") == list(FITS)
    assert choices_of("compress distill", "loss") == [*LOSSES, NO_TEACHER]
    for words in ("compress prune", "compress collapse"):
        assert choices_of(words, "block") == list(BLOCKS)
    assert choices_of("report", "width") == sorted(WIDTHS)


def test_a_group_suggests_the_command_that_was_meant() -> None:
    group = COMMANDS[("compress",)]
    assert isinstance(group, LazyGroup)
    with pytest.raises(click.UsageError, match="Did you mean 'prune'"):
        group.resolve_command(click.Context(group), ["prun"])


def test_the_largest_scale_of_the_options_is_that_of_the_tasks() -> None:
    (scale,) = (p for p in COMMANDS[("run",)].params if p.name == "scale")
    assert isinstance(scale.type, click.IntRange)
    assert scale.type.max == LARGEST_SCALE
