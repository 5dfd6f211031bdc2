"""A table as Markdown, CSV and LaTeX, each with its own way of quoting."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

from iqabench.report.data.labels import column_facts, column_title, quality_title, setting_title
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table, TableCell, TableRow
from iqabench.report.statistics.intervals import Intervals
from iqabench.report.text.figures import ABSENT, figure, parameters
from iqabench.report.text.task_titles import output_title, part_title

_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''", "×": r"$\times$", "–": "--",
    "±": r"$\pm$", "↑": r"$\uparrow$", "↓": r"$\downarrow$",
}  # fmt: skip
_IN_BRACKETS = (
    "In brackets: the 95 % interval of the mean (Student's, corrected for skewness); none for fewer "
    "than 5 images."
)
ARROWS = {"higher": " ↑", "lower": " ↓"}
MARKDOWN_MARKS = {0: "{}", 1: "**{}**", 2: "<u>{}</u>"}
"""Marks of a place: the best bold, the second underlined."""
LATEX_MARKS = {0: "{}", 1: r"\textbf{{{}}}", 2: r"\underline{{{}}}"}


def as_markdown(table: Table, intervals: Intervals | None = None) -> str:
    """Return a heading, the table with best bold and second underlined, and facts about the columns.

    `intervals` stand behind the means.
    """
    heads = [markdown_text(text) for text in _heads(table)]
    body = [
        _with_ends(
            _row(table, row, markdown_text, MARKDOWN_MARKS), table, row, intervals, r" \[{}, {}\]"
        )
        for row in table.rows
    ]
    grid = markdown_grid(heads, body)
    facts = "\n".join(f"- {markdown_text(column_facts(c))}" for c in table.columns)
    facts += f"\n- {_IN_BRACKETS}" if intervals else ""
    facts += "".join(f"\n- {line}" for line in _roles_in_words(table))
    facts += f"\n- {table.draws_in_words}" if table.draws_in_words else ""
    return f"### {markdown_text(setting_title(table.setting))}\n\n{grid}\n\n{facts}\n"


def as_latex(table: Table, intervals: Intervals | None = None) -> str:
    """Return a `table` environment for booktabs; the caption names the protocols and their versions.

    n and failures have columns only where there is something to say; `intervals` stand behind the means.
    """
    lines = [[latex_text(text) for text in _heads(table)]]
    lines += [_latex_row(table, row, intervals) for row in table.rows]
    if all(row.n == table.samples and not row.failed for row in table.rows):
        lines = [line[:-2] for line in lines]
    blocks = [(latex_text(title), count) for title, count in table.blocks]
    return latex_table(lines, latex_text(_caption(table, intervals)), _label(table), blocks)


def as_csv(table: Table, intervals: Intervals | None = None) -> str:
    """Return all digits, and for each column also n, failed, infinite and finite; a failed mean is empty.

    An infinite mean is inf: `infinite` is the number of infinite values, `finite` the mean of the others.
    Where a model draws at random, `draws` and `sd` are the number of draws and the deviation of their means.
    With `intervals` each mean is followed by the ends of its 95 % interval, ci_low and ci_high.
    """
    heads = [
        "set",
        "scale",
        "level",
        "model",
        "model_hash",
        "precision",
        "tile",
        "device_class",
        "random_weights",
        "params",
    ]
    kinds = ("", *((" ci_low", " ci_high") if intervals else ()), " n", " failed")
    has_draws = any(row.draws for row in table.rows)
    kinds = (*kinds, " infinite", " finite", *((" draws", " sd") if has_draws else ()))
    parts = [f"{label}{part}" for label in table.labels for part in kinds]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads + parts)
    for row in table.rows:
        at, how = table.setting, row.configuration
        params = "" if row.facts.params is None else row.facts.params
        facts = (
            at.set,
            at.scale,
            at.level,
            row.label,
            how.model_hash,
            how.precision,
            how.tile,
            how.device_class,
            how.random_weights,
            params,
        )
        cells = (_numbers(cell, intervals, has_draws) for cell in row.cells)
        writer.writerow([*facts, *(number for cell in cells for number in cell)])
    return out.getvalue()


def _roles_in_words(table: Table) -> list[str]:
    """Return a sentence for each further output: its name, and the part that it is compared with."""
    task = table.setting.task
    return [
        f"{role}: the {output_title(task, role)}, compared with the {part_title(task, role)}; "
        f"all other columns are of the {output_title(task, '')}"
        for role in table.roles
    ]


def _heads(table: Table) -> list[str]:
    """Return metric and unit when one protocol serves all columns, else metric@protocol; with arrows."""
    protocols = {c.protocol_hash for c in table.columns}
    heads = []
    for column, label in zip(table.columns, table.labels, strict=True):
        alone = len(protocols) == 1 and label == column.column
        name = column_title(column) if alone else _long_title(column, label)
        heads.append(name + ARROWS.get(column.better, ""))
    return ["Model", "Parameters", *heads, "n", "failed"]


def _long_title(column: MeasuredColumn, label: str) -> str:
    """Return the label with its metric as a heading, as in PSNR@sr-rgb."""
    name = f"{column.role}:{column.metric}" if column.role else column.metric
    return quality_title(column) + label.removeprefix(name)


def _row(
    table: Table, row: TableRow, quote: Callable[[str], str], marks: dict[int, str]
) -> list[str]:
    cells = [_marked(row, cell, quote, marks) for cell in row.cells]
    return [
        quote(row.label),
        quote(parameters(row.facts.params)),
        *cells,
        table.n(row),
        str(row.failed),
    ]


def _marked(
    row: TableRow, cell: TableCell | None, quote: Callable[[str], str], marks: dict[int, str]
) -> str:
    if cell is None:
        return quote(ABSENT)
    note = row.note(cell)
    return marks[cell.place].format(quote(cell.full_text)) + quote(f" ({note})" if note else "")


def _numbers(
    cell: TableCell | None, intervals: Intervals | None, has_draws: bool
) -> Iterable[object]:
    told: tuple[object, ...] = ()
    if intervals:
        told = (intervals.of(cell.mean) if cell else None) or ("", "")
    if cell is None:
        return "", *told, *[""] * (6 if has_draws else 4)
    value = "" if cell.mean.value is None else repr(cell.mean.value)
    finite = "" if cell.mean.finite is None else repr(cell.mean.finite)
    sd = "" if cell.mean.sd is None else repr(cell.mean.sd)
    drawn = (cell.mean.draws, sd) if has_draws else ()
    return value, *told, cell.mean.n, cell.mean.failed, cell.mean.infinite, finite, *drawn


def _latex_row(table: Table, row: TableRow, intervals: Intervals | None) -> list[str]:
    line = _row(table, row, latex_text, LATEX_MARKS)
    return _with_ends(line, table, row, intervals, r" {{\scriptsize [{}, {}]}}")


def _with_ends(
    line: list[str], table: Table, row: TableRow, intervals: Intervals | None, form: str
) -> list[str]:
    """Return the line with the ends of an interval behind each mean that has one."""
    if intervals is None:
        return line
    cells = zip(line[2:-2], row.cells, table.columns, strict=True)
    told = [text + _interval(intervals, cell, column, form) for text, cell, column in cells]
    return [*line[:2], *told, *line[-2:]]


def _interval(
    intervals: Intervals, cell: TableCell | None, column: MeasuredColumn, form: str
) -> str:
    ends = intervals.of(cell.mean) if cell else None
    return form.format(*(figure(end, column.unit) for end in ends)) if ends else ""


def _caption(table: Table, intervals: Intervals | None = None) -> str:
    protocols = {
        f"{c.protocol} version {c.protocol_version or 'unknown'} ({c.protocol_hash})": None
        for c in table.columns
    }
    word = "Protocol" if len(protocols) == 1 else "Protocols"
    said = (
        f"{setting_title(table.setting)}, {table.samples} images. {word}: {'; '.join(protocols)}."
    )
    parts = (said, _IN_BRACKETS if intervals else "", table.draws_in_words)
    return " ".join(part for part in parts if part)


def _label(table: Table) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{table.setting.set}-{table.setting.level}").strip("-")


def latex_table(
    lines: Sequence[Sequence[str]],
    caption: str,
    label: str = "",
    blocks: Sequence[tuple[str, int]] = (),
) -> str:
    """Return a `table` environment for booktabs; `lines` are quoted, the heads first.

    `blocks` are titles above columns with their numbers; the first begins at the third column.
    """
    heads, *body = (f"    {' & '.join(line)} \\\\" for line in lines)
    labels = [rf"  \label{{tab:{label}}}"] if label else []
    return "\n".join([
        r"% needs \usepackage{booktabs}", r"\begin{table}[t]", r"  \centering",
        rf"  \caption{{{caption}}}", *labels,
        rf"  \begin{{tabular}}{{l{'r' * (len(lines[0]) - 1)}}}", r"    \toprule",
        *_block_heads(blocks), heads,
        r"    \midrule", *body, r"    \bottomrule", r"  \end{tabular}", r"\end{table}", "",
    ])  # fmt: skip


def _block_heads(blocks: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Yield a line with the titles of blocks of columns, and a line with the rules below them."""
    if not blocks:
        return
    titles = [rf"\multicolumn{{{count}}}{{c}}{{{title}}}" for title, count in blocks]
    yield rf"    & & {' & '.join(titles)} \\"
    ends = list(accumulate((count for _, count in blocks), initial=2))
    yield "    " + " ".join(rf"\cmidrule(lr){{{a + 1}-{b}}}" for a, b in pairwise(ends))


def markdown_grid(heads: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return the lines of a Markdown table; all columns but the first are aligned right."""
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def latex_text(text: str) -> str:
    """Return text that LaTeX prints as it is."""
    return "".join(_LATEX.get(c, c) for c in _plain(text))


def markdown_text(text: str) -> str:
    """Return text that no Markdown reader takes for markup or HTML."""
    said = _plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~$#])", r"\\\1", said)


def _plain(text: str) -> str:
    """Return one line without control characters, spaces at the ends kept."""
    return re.sub(r" +", " ", "".join(c if c.isprintable() else " " for c in text))
