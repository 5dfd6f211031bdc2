"""Tables of several sets, as papers print them: models as rows, sets as columns, and the mean over the sets.

Each group of sets (`datasets.yaml`) has one, and so has each task, level and protocol of several sets.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from iqabench.errors import UnknownNameError
from iqabench.report.data.labels import level_title, setting_title
from iqabench.report.data.set_table_rows import SetPart, SetTableRow, rows_of
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table
from iqabench.report.text.task_titles import task_order, task_title
from iqabench.sets.catalogue import find_entry, set_groups
from iqabench.sets.group_facts import GroupFacts
from iqabench.tasks import task_named

PAPERS = ("psnr", "ssim")
"""The metrics that papers print in one cell."""


@dataclass(frozen=True)
class SetTable:
    """Models on several sets: each cell has the figures of all columns, and the last one their means."""

    name: str
    """Name of the group, or of the task, its level and the protocol, for files."""
    title: str
    parts: tuple[SetPart, ...]
    """The sets, in the order of the columns."""
    absent: tuple[str, ...]
    """Sets of the group of which there is no record under its protocol."""
    rows: tuple[SetTableRow, ...]

    @property
    def columns(self) -> tuple[MeasuredColumn, ...]:
        """Columns of the first set, which stand for those of all."""
        return self.parts[0].columns

    @property
    def protocols(self) -> tuple[str, ...]:
        """Names of the protocols: one, unless the sets have none in common."""
        return tuple(dict.fromkeys(part.protocol for part in self.parts))

    @property
    def words(self) -> tuple[str, ...]:
        """Sentences on what the means are, and on sets that are absent."""
        mean = (
            f"Mean: the mean over the {len(self.parts) + len(self.absent)} sets, in which each set counts "
            "once, whatever its number of images; of models that have every set under one protocol."
        )
        if not self.absent:
            return (mean,)
        names = ", ".join(self.absent)
        return mean, f"No model has a mean, as nothing was measured on {names} under this protocol."


def set_tables(tables: Sequence[Table]) -> list[SetTable]:
    """Return the tables of several sets; empty where no two sets belong together."""
    found = [t for group in set_groups().values() if (t := _of_group(group, tables))]
    shown = [_identity(table) for table in found]
    return [*found, *(t for t in _of_tasks(tables) if _identity(t) not in shown)]


def _identity(table: SetTable) -> tuple[object, ...]:
    return {part.table.number for part in table.parts}, table.protocols


def _of_group(group: GroupFacts, tables: Sequence[Table]) -> SetTable | None:
    """Return the table of a group; None where fewer than two of its sets have records."""
    found = {a: _part(_of_address(a, tables), group.protocol, PAPERS) for a in group.sets}
    absent = [address for address, part in found.items() if part is None]
    return _joined(group.name, group.title, [*filter(None, found.values())], absent)


def _of_address(address: str, tables: Iterable[Table]) -> Iterator[Table]:
    """Yield the tables of a set by its name with or without a level; several where its images differ."""
    entry, level = find_entry(address) or (None, None)
    for table in tables:
        is_level = entry is not None and table.setting.level == (level or entry.facts.level)
        if entry is not None and is_level and table.setting.set == entry.facts.name:
            yield table


def _of_tasks(tables: Sequence[Table]) -> Iterator[SetTable]:
    """Yield a table for each task, level and protocol that several sets share.

    Where the sets share none, one table has each set under its own protocol, without means.
    """
    levels: dict[tuple[str, str], list[Table]] = {}
    for table in tables:
        levels.setdefault((table.setting.task, table.setting.level), []).append(table)
    for (task, level), some in sorted(levels.items(), key=lambda one: task_order(one[0][0])):
        metrics = _metrics_of(task)
        title = f"{task_title(task)} {level_title(some[0].setting)}".strip()
        protocols = {c.protocol for t in some for c in t.columns if c.metric in metrics}
        joined = [_of_sets(f"{task} {level} {p}", title, some, p) for p in sorted(protocols)]
        yield from filter(
            None, joined if any(joined) else [_of_sets(f"{task} {level}", title, some)]
        )


def _of_sets(name: str, title: str, tables: Sequence[Table], protocol: str = "") -> SetTable | None:
    """Return the table of the sets that have a protocol; for an empty name each has its own first one."""
    metrics = _metrics_of(tables[0].setting.task)
    names = dict.fromkeys(table.setting.set for table in tables)
    parts = (_part((t for t in tables if t.setting.set == n), protocol, metrics) for n in names)
    return _joined("-".join(name.split()), title, [*filter(None, parts)])


def _metrics_of(task: str) -> tuple[str, ...]:
    """Return the metrics of the cells of a task: PSNR and SSIM, or the first two that it is scored by."""
    try:
        usual = tuple(column.partition("@")[0] for column in task_named(task).columns)
    except UnknownNameError:
        return PAPERS
    return PAPERS if set(PAPERS) & set(usual) else usual[:2]


def _part(tables: Iterable[Table], protocol: str, metrics: Sequence[str]) -> SetPart | None:
    """Return a set with its columns; where its images differ from run to run, those that are most."""
    parts = [SetPart(t, columns) for t in tables if (columns := _columns(t, protocol, metrics))]
    return max(parts, key=lambda p: (p.table.samples, len(p.table.rows)), default=None)


def _columns(table: Table, protocol: str, metrics: Sequence[str]) -> tuple[MeasuredColumn, ...]:
    """Return the columns with these metrics; of several versions of one that which most rows have."""
    own = [c for c in table.columns if not c.role and c.metric in metrics]
    name = protocol or next((c.protocol for c in own), "")
    used = Counter(table.columns[at] for row in table.rows for at, c in enumerate(row.cells) if c)
    versions = [[c for c in own if (c.metric, c.protocol) == (m, name)] for m in metrics]
    return tuple(max(some, key=lambda column: used[column]) for some in versions if some)


def _joined(
    name: str, title: str, parts: Sequence[SetPart], absent: Sequence[str] = ()
) -> SetTable | None:
    """Return the table of two sets or more with the metrics that all have; None where there are none."""
    metrics = [{c.metric for c in part.columns} for part in parts]
    shared = set.intersection(*metrics) if metrics else set()
    if len(parts) < 2 or not shared:
        return None
    levels = {part.table.setting.level for part in parts}
    kept = [
        SetPart(
            part.table,
            tuple(column for column in part.columns if column.metric in shared),
            setting_title(part.table.setting) if len(levels) > 1 else part.table.setting.set,
        )
        for part in parts
    ]
    return SetTable(name, title, tuple(kept), tuple(absent), rows_of(kept, absent))
