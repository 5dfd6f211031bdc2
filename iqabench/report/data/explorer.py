"""Axes and points of the explorer, which plots any column against any other."""

from dataclasses import dataclass, field

from iqabench.report.data.pareto import front

EVERYWHERE = -1
"""Position of an axis that is bound to no set or no device."""


@dataclass(frozen=True)
class ExplorerAxis:
    """One column that points may be plotted along."""

    name: str
    """Title of the axis: metric or probe with unit, protocol and size."""
    better: str
    set: int
    """Position among the sets; -1 for costs."""
    device: int
    """Position among the devices; -1 where the device makes no difference."""
    log: bool
    """True when it is logarithmic at first."""


@dataclass
class ExplorerPoint:
    """One model as it ran."""

    label: str
    href: str
    about: tuple[str, ...]
    """Lines of its card besides the two figures."""
    out: bool
    """True for random weights, which take no place."""
    values: dict[int, tuple[float, str]] = field(default_factory=dict)
    """Number and printed text by axis."""


@dataclass(frozen=True)
class Explorer:
    """The data of the explorer's page."""

    sets: tuple[str, ...]
    devices: tuple[str, ...]
    axes: tuple[ExplorerAxis, ...]
    points: tuple[ExplorerPoint, ...]
    across: int
    """Position of the horizontal axis at first."""
    up: int

    @property
    def first(self) -> list[tuple[ExplorerPoint, bool]]:
        """Points that have both first axes, best first, and whether each is on the Pareto front."""
        ends = self.across, self.up
        some = [p for p in self.points if all(at in p.values for at in ends)]
        signs = [-1 if self.axes[at].better == "lower" else 1 for at in ends]
        on = front([[None if p.out else p.values[at][0] for at in ends] for p in some], signs)
        pairs = zip(some, on, strict=True)
        return sorted(pairs, key=lambda one: (-signs[1] * one[0].values[self.up][0], one[0].label))
