"""Options of `iqabench compress prune` that say how much to remove, and by what rule."""

import functools
from typing import Any

import click

from iqabench.cli.compress.options import Command, add_options
from iqabench.cli.lazy import lazy_imports
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.compress.cost_target import TargetCost, parse_cost_target
    from iqabench.compress.narrowing import PruningGoal
    from iqabench.compress.selection import Selection

_COSTS: dict[str, TargetCost] = {"macs": "macs", "params": "params", "latency_share": "latency"}
"""Costs by the names of their options' arguments."""

_OPTIONS = [
    click.option(
        "--ratio",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        metavar="X",
        help="Share of the channels to remove.",
    ),
    click.option(
        "--macs", metavar="SHARE", help="Share of multiply-accumulates to reach, as in 0.5x."
    ),
    click.option("--params", metavar="SHARE", help="Share of parameters to reach, as in 0.5x."),
    click.option(
        "--latency",
        "latency_share",
        metavar="SHARE",
        help="Share of latency to reach, as in 0.7x: measured in turn with the parent at every step.",
    ),
    click.option(
        "--importance",
        type=click.Choice(["l1", "taylor", "fisher"]),
        default="l1",
        show_default=True,
        help="Measure by which channels are removed first: small weights, small effect on the loss, or "
        "small effect for the memory they take.",
    ),
    click.option(
        "--uniform",
        is_flag=True,
        help="Every layer loses the same share; else all channels are ranked together.",
    ),
    click.option(
        "--round-to",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        metavar="N",
        help="Layers keep multiples of N channels: processors compute 8 or 16 at a time.",
    ),
    click.option(
        "--rounds",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        metavar="N",
        help="Rounds over which the removal is spread; importance is estimated anew in each.",
    ),
]


def goal_options(command: Command) -> Command:
    """Add --ratio, --macs, --importance ... to a command, which gets them as the argument `goal`."""

    @functools.wraps(command)
    def with_goal(**arguments: Any) -> Any:
        goal = _goal(arguments)
        return command(goal=goal, **arguments)

    return add_options(with_goal, _OPTIONS)


def _goal(arguments: dict[str, Any]) -> PruningGoal:
    """Take the options of a goal out of a command's arguments, and return the goal.

    Raises: UsageError when not exactly one amount is given.
    """
    ratio = arguments.pop("ratio")
    shares = {cost: arguments.pop(name) for name, cost in _COSTS.items()}
    targets = [parse_cost_target(cost, text) for cost, text in shares.items() if text is not None]
    if len(targets) + (ratio is not None) != 1:
        raise UsageError("give exactly one of --ratio, --macs, --params and --latency.")
    return PruningGoal(
        ratio=ratio,
        target=targets[0] if targets else None,
        importance=arguments.pop("importance"),
        rounds=arguments.pop("rounds"),
        selection=Selection(uniform=arguments.pop("uniform"), round_to=arguments.pop("round_to")),
    )
