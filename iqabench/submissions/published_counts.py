"""Costs that organisers printed, beside the measured ones: equal to the printed digits, or explained.

A table of theirs is a CSV file whose first lines say what it is:

    # source: where the figures are from
    # flops_G: macs@fvcore                the convention of ours that the organisers' counter follows
    model,params_M,flops_G,acts_M,conv    and what else there is; teams by model_id, or by the number that
    00_SPAN,0.151,9.83,41.68,22           begins the model's name
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from iqabench.boards.catalogue import shipped
from iqabench.errors import FactsError, UsageError
from iqabench.probes import cost_column
from iqabench.submissions.measure import SubmissionRow

EXACT = "macs@exact"
MISLEADING = 0.03
"""The relative distance of a printed figure from the exact count beyond which it is explained even if it was
reproduced; activations, which the counter of 2022 adds, stay below."""

COUNTS = (
    "params",
    "macs@exact",
    "macs@fvcore",
    "macs@ntire2022",
    "activations@ntire",
    "conv_layers@ntire",
)
"""The columns that organisers print, under every convention that they have used."""

_USUAL = {
    "params_M": "params",
    "flops_G": "macs",
    "acts_M": "activations@ntire",
    "conv": "conv_layers@ntire",
}
_UNITS = {"params_M": 1e6, "flops_G": 1e9, "acts_M": 1e6, "conv": 1.0}


@dataclass(frozen=True)
class PublishedFigure:
    """A printed figure and the measured one."""

    printed: str
    measured: str | None
    """The measured figure with the printed number of digits; None where there is none."""

    @property
    def equal(self) -> bool:
        """True when both are the same to the printed digits."""
        return self.printed == self.measured


@dataclass(frozen=True)
class TeamComparison:
    """The printed and measured figures of one team."""

    model_id: int | None
    """The id of its model; None for teams whose model is not in the checkout."""
    team: str
    figures: Mapping[str, PublishedFigure]
    """Figures by the names of the printed columns."""
    exact_g: float | None
    """Multiply-accumulates of every operator that ran, in 10**9."""
    lower_bound: bool
    """True when something ran that could not be counted."""
    explanation: str

    @property
    def measured(self) -> bool:
        """True when any figure was measured."""
        return any(figure.measured is not None for figure in self.figures.values())

    @property
    def equal(self) -> bool:
        """True when all printed figures are met."""
        return all(figure.equal for figure in self.figures.values())


@dataclass(frozen=True)
class PublishedCounts:
    """A table of costs that organisers printed."""

    source: str
    columns: Mapping[str, str]
    """Names of our columns by the names of theirs."""
    rows: Sequence[Mapping[str, str]]


def published_table(name: str) -> PublishedCounts:
    """Read the table of a CSV file, or of a name that ships.

    Raises: UsageError with the names that ship; FactsError, as `read_published` does.
    """
    folder = shipped() / "published"
    for path in (Path(name), folder / f"{name}.csv"):
        if path.is_file():
            return read_published(path)
    known = ", ".join(sorted(path.stem for path in folder.glob("*esr*.csv")))
    raise UsageError(
        f"there are no published figures '{name}'; expected a CSV file, or one of {known}."
    )


def read_published(path: Path) -> PublishedCounts:
    """Read the table in a file.

    Raises: FactsError when it does not say its source, or prints nothing that is counted here.
    """
    lines = path.read_text().splitlines()
    head = dict(_said(line) for line in lines if line.startswith("#"))
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    columns = {
        theirs: cost_column(head.get(theirs, ours)).name
        for theirs, ours in _USUAL.items()
        if rows and theirs in rows[0]
    }
    if "source" not in head or not columns:
        raise FactsError(
            f"{path} is no table of published counts: expected a first line '# source: ...' and columns "
            f"among {', '.join(_USUAL)}."
        )
    return PublishedCounts(head["source"], columns, rows)


def compare_published(
    rows: Sequence[SubmissionRow], published: PublishedCounts
) -> list[TeamComparison]:
    """Compare each printed row with the measured one of the same id."""
    measured = {row.model_id: row for row in rows}
    return [
        _compared(printed, measured.get(number) if number is not None else None, published.columns)
        for printed in published.rows
        for number in [_number(printed)]
    ]


def as_markdown(compared: Sequence[TeamComparison]) -> str:
    """Return one Markdown table: a cell holds one figure where measured and printed agree, else `printed /
    measured`.
    """
    names = list(compared[0].figures) if compared else []
    lines = [
        f"| id | team | {' | '.join(names)} | exact MACs (G) | equal | explanation |",
        f"| ---: | --- |{' ---: |' * len(names)} ---: | --- | --- |",
    ]
    for one in compared:
        cells = [_cell(one.figures[name]) for name in names]
        exact = "–" if one.exact_g is None else f"{'≥ ' * one.lower_bound}{one.exact_g:.3f}"
        equal = "yes" if one.equal else "**no**" if one.measured else "–"
        number = "–" if one.model_id is None else str(one.model_id)
        parts = [number, one.team, *cells, exact, equal, one.explanation]
        lines.append(f"| {' | '.join(part.replace('|', '/') for part in parts)} |")
    return "\n".join(lines) + "\n"


def _compared(
    printed: Mapping[str, str], row: SubmissionRow | None, columns: Mapping[str, str]
) -> TeamComparison:
    figures = {
        theirs: _figure(printed[theirs], row.values.get(ours) if row else None, _UNITS[theirs])
        for theirs, ours in columns.items()
    }
    exact = row.values.get(EXACT) if row else None
    return TeamComparison(
        row.model_id if row else None,
        printed.get("team") or printed.get("model", ""),
        figures,
        None if exact is None else exact / 1e9,
        _is_lower_bound(row),
        _explained(row, figures, columns) if row else "no such model in the checkout",
    )


def _figure(printed: str, value: float | None, unit: float) -> PublishedFigure:
    digits = len(printed.partition(".")[2])
    return PublishedFigure(printed, None if value is None else f"{value / unit:.{digits}f}")


def _explained(
    row: SubmissionRow, figures: Mapping[str, PublishedFigure], columns: Mapping[str, str]
) -> str:
    if row.error:
        return f"not measured: {row.error}"
    reasons = [
        f"no {columns[n]}: {row.reasons[columns[n]]}" for n in figures if columns[n] in row.reasons
    ]
    for name, figure in figures.items():
        if figure.measured is not None and not figure.equal:
            reasons += _others(row, name, figure, columns[name])
            reasons += row.notes.get(columns[name], [])
    exact, counted = row.values.get(EXACT), row.values.get(columns.get("flops_G", ""))
    if exact and counted is not None and abs(counted - exact) > MISLEADING * exact:
        reasons += [f"{columns['flops_G']} is {counted / exact:.2f} of the exact count"]
        reasons += row.notes.get(columns["flops_G"], [])
    if _is_lower_bound(row):
        reasons += row.notes.get(EXACT, [])
    return "; ".join(dict.fromkeys(reasons + row.notes.get("", [])))


def _is_lower_bound(row: SubmissionRow | None) -> bool:
    return bool(row and row.details.get(EXACT, {}).get("lower_bound"))


def _others(row: SubmissionRow, name: str, figure: PublishedFigure, ours: str) -> Iterator[str]:
    """Say which other conventions of the same probe give what was printed."""
    probe = ours.partition("@")[0]
    others = {c: v for c, v in row.values.items() if c != ours and c.partition("@")[0] == probe}
    equal = [c for c, v in others.items() if _figure(figure.printed, v, _UNITS[name]).equal]
    if equal:
        yield f"{name} as printed is {' or '.join(equal)}"
    else:
        yield f"{name} as printed is none of {', '.join([ours, *others])}"


def _number(printed: Mapping[str, str]) -> int | None:
    """Return the id of the model, where the table has it."""
    match = re.match(r"-?\d+", printed.get("model_id") or printed.get("model") or "")
    return int(match[0]) if match else None


def _said(line: str) -> tuple[str, str]:
    name, _, rest = line.lstrip("# ").partition(":")
    return name.strip(), rest.strip()


def _cell(figure: PublishedFigure) -> str:
    if figure.equal:
        return figure.printed
    return f"{figure.printed} / {'–' if figure.measured is None else f'**{figure.measured}**'}"
