"""Tables of models and columns: one for each setting, with places; `table_formats` writes them as text.

A row takes a place in a column only if its mean is over the same samples as everybody's, and if its
weights are not random. Equal to the printed digit is equal in place.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from iqabench.errors import StoreError
from iqabench.report.data.aggregate import Mean, Results
from iqabench.report.data.agreement import opinion_settings
from iqabench.report.data.labels import column_labels, configuration_labels
from iqabench.report.data.subjects import Configuration, MeasuredColumn, ModelFacts, Setting
from iqabench.report.text.figures import deviation, digits, figure
from iqabench.report.text.task_titles import block_title
from iqabench.store import Store


@dataclass(frozen=True)
class TableCell:
    """A mean with its text and its place."""

    mean: Mean
    text: str
    place: int
    """Place: 1 for the best, 2 for the second, 0 for the others."""
    finite: str = ""
    """Mean of the finite values as text; empty without any, or when all are."""
    sd: str = ""
    """Standard deviation over draws as text; empty without draws."""

    @property
    def spread(self) -> str:
        """Text such as `± 0.02`, the standard deviation over draws; empty for a model that does not draw."""
        return f"± {self.sd}" if self.sd else ""

    @property
    def full_text(self) -> str:
        """The mean with its spread."""
        return f"{self.text} {self.spread}".strip()

    @property
    def partial(self) -> str:
        """Text such as `4 of 5` when the mean is over fewer samples than others have, and takes no place."""
        short = self.mean.value is not None and not self.mean.complete
        return f"{self.mean.n} of {self.mean.of}" if short else ""

    @property
    def infinite(self) -> str:
        """Text such as `1 of 3 infinite; mean of the others 34.21`; empty when no value is infinite."""
        if not self.mean.infinite:
            return ""
        others = f"; mean of the others {self.finite}" if self.finite else ""
        return f"{self.mean.infinite} of {self.mean.n} infinite{others}"


@dataclass(frozen=True)
class TableRow:
    """One configuration and its cells, in the order of the table's columns; a cell that was not run is
    None.
    """

    label: str
    configuration: Configuration
    number: int
    """Position among the results' configurations."""
    facts: ModelFacts
    cells: tuple[TableCell | None, ...]

    @cached_property
    def n(self) -> int:
        """Number of samples with a value, in the column that has most."""
        return max((c.mean.n for c in self.cells if c), default=0)

    @cached_property
    def failed(self) -> int:
        """Number of samples without a value, in the column that has most."""
        return max((c.mean.failed for c in self.cells if c), default=0)

    @cached_property
    def draws(self) -> int:
        """Number of draws of a model that draws at random, in the column that has most; 0 for all others."""
        return max((c.mean.draws for c in self.cells if c), default=0)

    def note(self, cell: TableCell) -> str:
        """Return what the row's n does not say of a cell; empty in most cases."""
        return ", ".join(text for text in (self.fewer(cell), cell.infinite) if text)

    def fewer(self, cell: TableCell) -> str:
        """Return a text such as `4 of 5` when the cell's mean is over fewer samples than the row's n; else
        empty.
        """
        short = cell.mean.value is not None and cell.mean.n < self.n
        return (cell.partial or f"{cell.mean.n} of {self.n}") if short else ""


@dataclass(frozen=True)
class Table:
    """All configurations that met one setting, best first by the first column."""

    setting: Setting
    number: int
    """Position among the results' settings."""
    columns: tuple[MeasuredColumn, ...]
    column_numbers: tuple[int, ...]
    labels: tuple[str, ...]
    """Labels of the columns."""
    rows: tuple[TableRow, ...]
    samples: int
    """Number of samples with a value in any row."""

    @property
    def draws_in_words(self) -> str:
        """Sentence on the rows that have draws; empty without any."""
        counts = sorted({row.draws for row in self.rows if row.draws})
        if not counts:
            return ""
        several = " or ".join(str(count) for count in counts)
        word = "draw" if counts == [1] else "draws"
        return (
            f"Models that draw at random: means over {several} {word} of each image, each with a seed of its "
            "own; ± is the standard deviation of the means of the draws."
        )

    @property
    def blocks(self) -> list[tuple[str, int]]:
        """Names of the outputs, each with the number of its columns; empty where models have one output."""
        if not self.roles:
            return []
        counts = Counter(column.role for column in self.columns)
        return [(block_title(self.setting.task, role), n) for role, n in counts.items()]

    @property
    def judged(self) -> list[int]:
        """Configurations by which samples are ordered: those with true weights, or all where none has any."""
        known = [row.number for row in self.rows if not row.configuration.random_weights]
        return known or [row.number for row in self.rows]

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of further outputs that have columns, such as low of a rescaling network."""
        return tuple(dict.fromkeys(c.role for c in self.columns if c.role))

    @property
    def models(self) -> int:
        """Number of different models among the rows."""
        return len({r.configuration.model for r in self.rows})

    def n(self, row: TableRow) -> str:
        """Return a row's n, followed by the number of samples when it has fewer."""
        return str(row.n) if row.n == self.samples else f"{row.n} of {self.samples}"

    def ranked(self, column: int) -> list[TableRow]:
        """Return the rows that compete in the column at this position, best first."""
        found = [(c.mean.value, r) for r in self.rows if (c := r.cells[column]) and _competes(r, c)]
        sign = self.columns[column].sign
        return [r for _, r in sorted(found, key=lambda f: (-sign * (f[0] or 0.0), f[1].label))]

    def best(self, column: int, values: Mapping[int, float | None]) -> set[int]:
        """Return the configurations whose value of one sample prints best; none when only one has a value."""
        random = {r.number for r in self.rows if r.configuration.random_weights}
        some = {n: v for n, v in values.items() if v is not None and n not in random}
        if len(some) < 2:
            return set()
        kind = self.columns[column]
        best = figure(max(some.values(), key=lambda v: kind.sign * v), kind.unit)
        return {n for n, v in some.items() if figure(v, kind.unit) == best}


def tables(store: Store) -> list[Table]:
    """Return one table for each setting of a store; costs have tables of their own (`cost_tables`).

    Raises: StoreError when there are no records, not even of costs.
    """
    with Results(store) as results:
        return tables_of(results)


def tables_of(results: Results) -> list[Table]:
    """Return the tables of results that are grouped already."""
    if not results.settings:
        address = results.store.address
        raise StoreError(
            f"the store {address} holds no records. Run 'iqabench run --model bicubic --set demo --store "
            f"{address}' first, or name another folder with --store."
        )
    facts, opinions = model_facts(results), opinion_settings(results)
    found: dict[int, list[Mean]] = {}
    for mean in results.means:
        if results.settings[mean.setting].is_cost or mean.setting in opinions:
            continue
        found.setdefault(mean.setting, []).append(mean)
    return [_table(results, number, found[number], facts) for number in sorted(found)]


def model_facts(results: Results) -> dict[int, ModelFacts]:
    """Return the facts of each configuration, from its latest record."""
    found = results.query(
        "WITH told AS (SELECT key, model_facts, max(time) AS latest FROM records GROUP BY ALL) "
        "SELECT configuration, model_facts, max(latest) AS latest FROM told JOIN numbered USING (key) "
        "GROUP BY ALL ORDER BY configuration, latest, model_facts"
    )
    return {row["configuration"]: ModelFacts.read(row["model_facts"]) for row in found}


def _table(results: Results, number: int, means: list[Mean], facts: dict[int, ModelFacts]) -> Table:
    by_column: dict[int, list[Mean]] = {}
    by_row: dict[int, dict[int, Mean]] = {}
    for mean in means:
        by_column.setdefault(mean.column, []).append(mean)
        by_row.setdefault(mean.configuration, {})[mean.column] = mean
    columns, present = sorted(by_column), sorted(by_row)
    labels = configuration_labels(results.configurations[c] for c in present)
    places = {c: _places(results, c, by_column[c]) for c in columns}
    rows = [
        TableRow(
            labels[results.configurations[c]],
            results.configurations[c],
            c,
            facts.get(c, ModelFacts()),
            tuple(_cell(results, by_row[c].get(column), places[column]) for column in columns),
        )
        for c in present
    ]
    kinds = tuple(results.columns[c] for c in columns)
    names = column_labels(kinds)
    return Table(
        results.settings[number],
        number,
        kinds,
        tuple(columns),
        tuple(names[c] for c in kinds),
        tuple(sorted(rows, key=lambda r: _order(r, kinds))),
        max(m.of for m in means),
    )


def _cell(results: Results, mean: Mean | None, places: dict[int, int]) -> TableCell | None:
    if mean is None:
        return None
    text = (
        figure(mean.value, results.columns[mean.column].unit)
        if mean.value is not None
        else "failed"
    )
    finite = ""
    if mean.infinite and mean.finite is not None:
        finite = figure(mean.finite, results.columns[mean.column].unit)
    sd = "" if mean.sd is None else deviation(mean.sd, results.columns[mean.column].unit)
    return TableCell(mean, text, places.get(mean.configuration, 0), finite, sd)


def _places(results: Results, column: int, means: list[Mean]) -> dict[int, int]:
    """Return the configurations with the first two places; a single row has none."""
    kind = results.columns[column]
    competing = {
        m.configuration: round(m.value, digits(kind.unit))
        for m in means
        if m.complete and m.value is not None
        if not results.configurations[m.configuration].random_weights
    }
    if len(competing) < 2:
        return {}
    best = sorted(set(competing.values()), key=lambda v: -kind.sign * v)[:2]
    return {c: best.index(v) + 1 for c, v in competing.items() if v in best}


def _competes(row: TableRow, cell: TableCell) -> bool:
    return cell.mean.complete and not row.configuration.random_weights


def _order(row: TableRow, columns: tuple[MeasuredColumn, ...]) -> tuple[object, ...]:
    """Return the key that sorts rows: those that compete first, then by the first column that they have,
    then by name.
    """
    at = next((i for i, c in enumerate(row.cells) if c and c.mean.value is not None), None)
    cell = row.cells[at] if at is not None else None
    if at is None or cell is None or cell.mean.value is None:
        return row.configuration.random_weights, True, len(columns), 0.0, row.label
    value = -columns[at].sign * cell.mean.value
    return row.configuration.random_weights, not cell.mean.complete, at, value, row.label
