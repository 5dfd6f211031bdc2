"""The counts of the campaign of kills on Ray, and the table of them."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """The counts of the whole campaign."""

    kills: Counter[str] = field(default_factory=Counter)
    sweeps: Counter[str] = field(default_factory=Counter)
    commands: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    typed_again: int = 0
    failed_by_two_kills: int = 0
    records: int = 0
    faults: list[str] = field(default_factory=list)


def print_table(tally: Tally, seconds: float) -> None:
    """Print the counts as a table, and the faults beneath it."""
    rows = [(f"kills of a {kind}", number) for kind, number in sorted(tally.kills.items())]
    rows += [
        ("kills", sum(tally.kills.values())),
        ("sweeps", sum(tally.sweeps.values())),
        ("commands typed", tally.commands),
        ("records at the end", tally.records),
        ("records acknowledged before a kill", tally.acknowledged),
        ("of these lost", tally.lost),
        ("records there twice", tally.doubled),
        ("records failed by two kills at one image, then run", tally.failed_by_two_kills),
        ("commands typed once more for them, without a kill", tally.typed_again),
        ("faults of any other kind, named below", len(tally.faults)),
        ("seconds", round(seconds)),
    ]
    print("\n| what | number |\n| --- | ---: |")
    for name, number in rows:
        print(f"| {name} | {number} |")
    for fault in tally.faults:
        print(f"- {fault}")
