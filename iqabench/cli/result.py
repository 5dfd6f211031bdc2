"""The result of a run or a scoring: a table on standard output, failures and notes on standard error."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.pairing import Pairing, first_names, unpaired_in_words
    from iqabench.report.data.costs import cost_rows, with_costs
    from iqabench.report.data.rows import rows
    from iqabench.report.text.figures import MACS, cost_figure
    from iqabench.run import Failure, Outcome
    from iqabench.run.outcome import NO_OUTPUT
    from iqabench.store import Store

_SHOWN = 20
_NAMED = 5

SHOWN = (
    "model",
    "set",
    "level",
    "sample",
    "column",
    "value",
    "unit",
    "better",
    "n",
    "failed",
    "error",
)
"""The columns that people see; the machine-readable forms have everything."""


def print_outcome(
    outcome: Outcome,
    store: Store,
    form: str | None,
    *,
    per_image: bool,
    costs: Iterable[str] = (),
    allow_missing: bool = False,
) -> int:
    """Print the rows of an outcome beside those costs; return the exit status: 0, or 3 for failures.

    Images that are missing or cannot be read are failures, too, unless the user allows them.
    """
    means = rows(store, outcome.keys, samples=outcome.samples)
    shown = means
    if per_image:
        shown = rows(store, outcome.keys, per_image=True, samples=outcome.samples)
    cost_cells = cost_rows(store, costs) if costs else []
    if form not in ("json", "csv"):
        names = [c["column"] for c in cost_cells]
        cost_cells = [{**c, "value": cost_figure(c["value"], c["unit"])} for c in cost_cells]
        shown = [_for_people(row, names) for row in with_costs(shown, cost_cells)]
    else:
        shown = with_costs(shown, cost_cells)
    print_rows(shown, form)
    if outcome.skipped:
        tell(f"{outcome.skipped} images had their records already; --force runs them again.")
    tell_notes([*outcome.notes, *mean_notes(means, infinite=per_image), *draw_notes(means)])
    is_missing = tell_missing(outcome)
    failed = [failure for failure in outcome.failures if not failure.is_missing]
    return SOME_FAILED if failed or (is_missing and not allow_missing) else 0


def tell_missing(outcome: Outcome) -> bool:
    """Print what is missing and what failed, on standard error; return whether anything is missing."""
    others = [f for f in outcome.failures if not (f.is_missing and f.error == NO_OUTPUT)]
    lines = outcome.all_missing
    for line in lines:
        tell(f"missing: {line}")
    tell_failures(others)
    return bool(lines) or any(failure.is_missing for failure in others)


def mean_notes(means: Iterable[Mapping[str, Any]], *, infinite: bool = False) -> list[str]:
    """Return sentences about means over fewer images than others have, and about `infinite` means."""
    notes = []
    for row in means:
        of_what = f"{row['column']} of {row['label']} on {row['set']} {row['level']}".rstrip()
        if row["value"] is not None and row["n"] < row["of"]:
            notes.append(
                f"{of_what} is the mean over {row['n']} of {row['of']} images; it is not comparable with "
                "means over the others."
            )
        if infinite and row["infinite"]:
            notes.append(f"{of_what} is {infinite_in_words(row)}.")
    return notes


def draw_notes(means: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence about each model that draws at random."""
    return [
        f"{row['label']} draws at random: each value is the mean over {row['draws']} draws, ± the standard "
        "deviation of their means; --setting names a seed to have a single one."
        for row in means
        if row["draws"] > 1
    ]


def infinite_in_words(row: Mapping[str, Any]) -> str:
    """Return a mean with infinite values as in `inf (1 of 3 infinite; mean of the others 34.2100)`."""
    finite = "" if row["finite"] is None else f"; mean of the others {row['finite']:.4f}"
    return f"{row['value']} ({row['infinite']} of {row['n']} infinite{finite})"


def tell_notes(notes: Iterable[str]) -> None:
    """Print each note once, on standard error."""
    for note in dict.fromkeys(notes):
        tell(f"note: {note}")


def tell_failures(failures: Sequence[Failure]) -> None:
    """Print each reason once, with the images that failed by it, on standard error."""
    samples: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        samples.setdefault((failure.where, failure.error), []).append(failure.sample)
    reasons = list(samples.items())
    for (where, error), names in reasons[:_SHOWN]:
        named = [n for n in names if n]
        place = f"{where} on {first_names(named, _NAMED)}" if named else where
        tell(f"failed: {place}: {error}")
    if len(reasons) > _SHOWN:
        tell(f"... and {len(reasons) - _SHOWN} more reasons.")


def tell_unpaired(pairing: Pairing) -> bool:
    """Print the names of images that have no partner, on standard error; return whether there are any."""
    lines = [
        *unpaired_in_words("output", "target", pairing.outputs_without_target),
        *unpaired_in_words("target", "output", pairing.targets_without_output),
    ]
    for line in lines:
        tell(f"missing: {line}")
    return bool(lines)


def _for_people(row: dict[str, Any], costs: Iterable[str]) -> dict[str, Any]:
    """Return the shown columns; the label tells two configurations of a model apart, as in bf16."""
    shown = {**row, "model": row["label"]}
    if row.get("infinite"):
        shown["value"] = infinite_in_words(row)
    elif row.get("unit") == MACS and row["value"] is not None:
        shown["value"] = cost_figure(row["value"], MACS)
    elif row.get("sd") is not None:
        shown["value"] = f"{row['value']:.4f} ± {row['sd']:.4f}"
    if row.get("of", 0) > (row["n"] or 0) and row["value"] is not None:
        shown["n"] = f"{row['n']} of {row['of']}"
    kept = SHOWN if row.get("error") or "error" not in row else SHOWN[:-1]
    return {name: shown[name] for name in (*kept, *costs) if name in shown}
