"""How near each metric comes to its oracle: what `python tests/benchmarks/agreement.py` measured last."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("agreement.csv")


@dataclass(frozen=True)
class Agreement:
    """A metric beside one oracle: a slow definition, the authors' program, another library or figures."""

    metric: str
    oracle: str
    pairs: int
    """Of images; images alone or sets of them, where the metric looks at those."""
    largest_difference: float
    relative: bool
    """Whether the difference is divided by the oracle's value; in the metric's unit otherwise."""
    measured_on: str
    other_libraries: str = ""
    """Where other libraries, or releases, differ from the oracle."""

    @property
    def difference(self) -> str:
        """In words, such as '4e-08 relative'."""
        if not self.largest_difference:
            return "no difference"
        return f"{self.largest_difference:.1g} {'relative' if self.relative else 'absolute'}"


def agreement(name: str) -> list[Agreement]:
    """What was measured of a metric, its main oracle first; nothing for metrics of plugins."""
    return [row for row in agreements() if row.metric == name]


@cache
def agreements() -> tuple[Agreement, ...]:
    """All rows, sorted by metric."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(_read(row) for row in csv.DictReader(lines))


def _read(row: dict[str, str]) -> Agreement:
    return Agreement(
        row["metric"],
        row["oracle"],
        int(row["pairs"]),
        float(row["largest_difference"]),
        {"yes": True, "no": False}[row["relative"]],
        row["measured_on"],
        row["other_libraries"],
    )
