"""Tables of clips as Markdown, CSV and LaTeX."""

import csv
import io
from collections.abc import Callable, Sequence

from iqabench.report.data.clip_tables import ClipLine, ClipTable
from iqabench.report.data.labels import setting_title
from iqabench.report.data.subjects import Setting
from iqabench.report.text.figures import ABSENT
from iqabench.report.text.table_formats import (
    LATEX_MARKS,
    MARKDOWN_MARKS,
    latex_table,
    latex_text,
    markdown_grid,
    markdown_text,
)


def clips_markdown(setting: Setting, tables: Sequence[ClipTable]) -> str:
    """Return the clips of a set: a heading, a table and notes for each protocol."""
    return "\n".join(_markdown(setting, table) for table in tables)


def clips_latex(setting: Setting, tables: Sequence[ClipTable]) -> str:
    """Return a `table` environment for each protocol; the caption names the frames and both means."""
    return "\n".join(_latex(setting, table) for table in tables)


def clips_csv(setting: Setting, tables: Sequence[ClipTable]) -> str:
    """Return all digits: a line for each clip and column, then both means; what was not run is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    models = [row.label for row in tables[0].rows] if tables else []
    writer.writerow(["set", "scale", "level", "column", "clip", "frames", *models])
    for table in tables:
        for at, column in enumerate(table.columns):
            for line in table.lines:
                values = (cell[at].value for cell in line.cells)
                writer.writerow(
                    [
                        setting.set,
                        setting.scale,
                        setting.level,
                        column.column,
                        line.label,
                        line.frames or "",
                        *("" if value is None else repr(value) for value in values),
                    ]
                )
    return out.getvalue()


def _heading(setting: Setting, table: ClipTable) -> str:
    return f"{setting_title(setting)}, by clip: {table.title}, protocol {table.protocol}"


def _heads(table: ClipTable) -> list[str]:
    return ["Clip", "Frames", *(row.label for row in table.rows)]


def _line(line: ClipLine, quote: Callable[[str], str], marks: dict[int, str]) -> list[str]:
    cells = [
        " / ".join(marks[int(value.best)].format(quote(value.text)) for value in cell)
        for cell in line.cells
    ]
    return [quote(line.label), str(line.frames) if line.frames else ABSENT, *cells]


def _markdown(setting: Setting, table: ClipTable) -> str:
    heads = [markdown_text(text) for text in _heads(table)]
    grid = markdown_grid(heads, [_line(x, markdown_text, MARKDOWN_MARKS) for x in table.lines])
    notes = "\n".join(f"- {markdown_text(note)}" for note in table.notes)
    return f"#### {markdown_text(_heading(setting, table))}\n\n{grid}\n\n{notes}\n"


def _latex(setting: Setting, table: ClipTable) -> str:
    lines = [[latex_text(text) for text in _heads(table)]]
    lines += [_line(line, latex_text, LATEX_MARKS) for line in table.lines]
    caption = latex_text(f"{_heading(setting, table)}. {' '.join(table.notes)}")
    name = f"{setting.set}-{setting.level}-clips-{table.protocol}"
    return latex_table(lines, caption, "".join(c if c.isalnum() else "-" for c in name))
