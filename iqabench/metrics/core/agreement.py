"""The agreement of each metric with its oracle, as last measured by tests/benchmarks/agreement.py."""

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
    """The number of pairs of images, or of single images or sets where the metric looks at those."""
    largest_difference: float
    relative: bool
    """True when the difference is divided by the oracle's value; else it is in the metric's unit."""
    measured_on: str
    other_libraries: str = ""
    """The differences of other libraries, or releases, from the oracle."""

    @property
    def difference(self) -> str:
        """The difference in words, such as '4e-08 relative'."""
        if not self.largest_difference:
            return "no difference"
        return f"{self.largest_difference:.1g} {'relative' if self.relative else 'absolute'}"


def agreement(name: str) -> list[Agreement]:
    """Return the measurements of a metric, its main oracle first; none for metrics of plugins."""
    return [row for row in agreements() if row.metric == name]


@cache
def agreements() -> tuple[Agreement, ...]:
    """Return all rows, sorted by metric."""
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
