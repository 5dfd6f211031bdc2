"""A table of agreement with people as Markdown, CSV and LaTeX; quoting as in `table_formats`."""

import csv
import io
import re
from collections.abc import Callable

from iqabench.report.data.agreement import (
    AgreementFigure,
    AgreementRow,
    OpinionAgreement,
    better_of,
    statistic_title,
)
from iqabench.report.data.labels import column_facts
from iqabench.report.text.figures import ABSENT
from iqabench.report.text.table_formats import (
    ARROWS,
    LATEX_MARKS,
    MARKDOWN_MARKS,
    latex_table,
    latex_text,
    markdown_grid,
    markdown_text,
)

_NOT_COMPUTED = "No agreement of this set is stored: run 'iqabench agree' on it with this store."
_INTERVALS = "In brackets: the 95 % interval, by a bootstrap; none for fewer than 10 images."


def agreement_markdown(agreement: OpinionAgreement, intervals: bool = False) -> str:
    """Return a heading, a table of metrics and statistics, and facts about the columns."""
    heads = [markdown_text(text) for text in _heads(agreement)]
    body = [
        _line(agreement, row, markdown_text, MARKDOWN_MARKS, r" \[{}\]" if intervals else "")
        for row in agreement.rows
    ]
    facts = [markdown_text(column_facts(row.column)) for row in agreement.rows]
    facts += [] if agreement.statistics else [_NOT_COMPUTED]
    facts += [_INTERVALS] if intervals and agreement.statistics else []
    lines = "\n".join(f"- {fact}" for fact in facts)
    return f"### {markdown_text(_title(agreement))}\n\n{markdown_grid(heads, body)}\n\n{lines}\n"


def agreement_latex(agreement: OpinionAgreement, intervals: bool = False) -> str:
    """Return a `table` environment for booktabs; the caption names the set and the opinions."""
    ends = r" {{\scriptsize [{}]}}" if intervals else ""
    lines = [[latex_text(text) for text in _heads(agreement)]]
    lines += [_line(agreement, row, latex_text, LATEX_MARKS, ends) for row in agreement.rows]
    caption = f"{_title(agreement)}, {agreement.samples} images."
    caption += f" {_INTERVALS}" if intervals and agreement.statistics else ""
    label = re.sub(r"[^A-Za-z0-9]+", "-", f"agreement-{agreement.setting.set}").strip("-")
    return latex_table(lines, latex_text(caption), label)


def agreement_csv(agreement: OpinionAgreement, intervals: bool = True) -> str:
    """Return all digits: for each statistic its n, and with `intervals` the ends of its interval."""
    parts = [
        f"{'_'.join(part for part in statistic if part)}{end}"
        for statistic in agreement.statistics
        for end in ("", *((" ci_low", " ci_high") if intervals else ()), " n")
    ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["set", "set_hash", "opinion", "column", "better", "n", "failed", *parts])
    for row in agreement.rows:
        figures = [x for s in agreement.statistics for x in _numbers(row.figures.get(s), intervals)]
        setting, column = agreement.setting, row.column
        facts = (setting.set, setting.set_hash, agreement.scale, row.label, column.better)
        writer.writerow([*facts, row.mean.n, row.mean.failed, *figures])
    return out.getvalue()


def _title(agreement: OpinionAgreement) -> str:
    scale = f" ({agreement.scale})" if agreement.scale else ""
    return f"{agreement.setting.set}: agreement of metrics with people{scale}"


def _heads(agreement: OpinionAgreement) -> list[str]:
    titles = [f"{statistic_title(s)}{ARROWS[better_of(s)]}" for s in agreement.statistics]
    return ["Metric", *titles, "n", "failed"]


def _line(
    agreement: OpinionAgreement,
    row: AgreementRow,
    quote: Callable[[str], str],
    marks: dict[int, str],
    ends: str,
) -> list[str]:
    texts = [_cell(row.figures.get(s), quote, marks, ends) for s in agreement.statistics]
    return [quote(row.label), *texts, str(row.mean.n), str(row.mean.failed)]


def _cell(
    found: AgreementFigure | None, quote: Callable[[str], str], marks: dict[int, str], ends: str
) -> str:
    if found is None:
        return quote(ABSENT)
    text = marks[found.place].format(quote(found.text))
    return text + (ends.format(quote(found.ends)) if ends and found.ends else "")


def _numbers(found: AgreementFigure | None, intervals: bool) -> tuple[object, ...]:
    ends = (found.low, found.high) if found else (None, None)
    numbers = (found.value if found else None, *(ends if intervals else ()))
    return *("" if x is None else repr(x) for x in numbers), found.n if found else ""
