"""Any column against any: the page that plots means and costs of all models in a browser."""

from dataclasses import dataclass, field

from iqabench.report.data.pareto import front

EVERYWHERE = -1
"""In place of a set or a device: the axis is not bound to one."""


@dataclass(frozen=True)
class ExplorerAxis:
    """One column that points may stand along."""

    name: str
    """Metric or probe with unit, protocol, size: what stands at the axis."""
    better: str
    set: int
    """Position among the sets; -1 for costs."""
    device: int
    """Position among the devices; -1 where the device makes no difference."""
    log: bool
    """Whether it is drawn so at first."""


@dataclass
class ExplorerPoint:
    """One model as it ran."""

    label: str
    href: str
    about: tuple[str, ...]
    """What its card says beside the two figures."""
    out: bool
    """Whether it takes no place: random weights."""
    values: dict[int, tuple[float, str]] = field(default_factory=dict)
    """By axes: the number and how it is printed."""


@dataclass(frozen=True)
class Explorer:
    """What the page is made from."""

    sets: tuple[str, ...]
    devices: tuple[str, ...]
    axes: tuple[ExplorerAxis, ...]
    points: tuple[ExplorerPoint, ...]
    across: int
    """The axes at first."""
    up: int

    @property
    def first(self) -> list[tuple[ExplorerPoint, bool]]:
        """The points that have both first axes, best first, and whether they are on the front."""
        ends = self.across, self.up
        some = [p for p in self.points if all(at in p.values for at in ends)]
        signs = [-1 if self.axes[at].better == "lower" else 1 for at in ends]
        on = front([[None if p.out else p.values[at][0] for at in ends] for p in some], signs)
        pairs = zip(some, on, strict=True)
        return sorted(pairs, key=lambda one: (-signs[1] * one[0].values[self.up][0], one[0].label))
