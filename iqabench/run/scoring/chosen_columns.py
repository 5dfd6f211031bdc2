"""The columns of a scoring, chosen by name, and checked against what there is to compare with."""

from iqabench.errors import UsageError
from iqabench.metrics import (
    AnyColumn,
    Column,
    any_column,
    require_files,
    require_no_scale,
    with_reasons,
)
from iqabench.run.scoring.sample_parts import option_of
from iqabench.run.scoring.targets import Targets
from iqabench.tasks import task_named


def columns_for(targets: Targets, names: list[str]) -> list[AnyColumn]:
    """Return the columns with these names, by default those of the task.

    Raises: UsageError when a column needs a target and there are none.
    """
    if not names and targets.target is None:
        raise UsageError(
            "there are no targets; name them with --target DIR or --set NAME, or name columns that need "
            "none, as in --column niqe."
        )
    distinct = dict.fromkeys(names or task_named(targets.subject.task).columns)
    columns = [any_column(name, targets.protocol) for name in distinct]
    if not targets.subject.level and not targets.address:
        require_no_scale(columns, "--scale 4 (scale=4 in Python)")
    columns = with_reasons(columns, require_files(columns))
    for column in columns:
        if isinstance(column, Column):
            _require_parts(column, targets)
    undefined = [c.name for c in columns if c.needs_target and targets.target is None]
    if undefined:
        raise UsageError(
            f"{undefined[0]} compares with a target; name the targets with --target DIR or --set NAME."
        )
    return columns


def _require_parts(column: Column, targets: Targets) -> None:
    """Check that samples have the parts that a column compares outputs with.

    Raises: UsageError with the way to name them.
    """
    missing = [role for role in column.parts if role not in targets.roles]
    if not missing:
        return
    has = ", ".join(sorted(targets.roles))
    if targets.address:
        raise UsageError(
            f"{column.name} compares outputs with the part '{missing[0]}' of each sample, which "
            f"{targets.subject.set} lacks; it has {has or 'none'}. Choose a set that has it, or name folders "
            f"instead of a set: {' '.join(map(option_of, column.parts))}."
        )
    raise UsageError(
        f"{column.name} compares outputs with the part '{missing[0]}' of each sample, and none is named. "
        f"Name its folder with {option_of(missing[0])} (parts={{{missing[0]!r}: ...}} in Python)."
    )


def needs_pairs(column: AnyColumn) -> bool:
    """Return whether each output must have a sample that it belongs to."""
    if not isinstance(column, Column):
        return False
    references = ("input", "model")
    is_full = column.metric.reference == "full"
    return is_full or bool(column.parts) or column.protocol.reference in references
