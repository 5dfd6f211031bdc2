"""The environment in which templates are rendered: their folder, and the names that all of them may use."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FunctionLoader,
    PackageLoader,
    StrictUndefined,
)
from jinja2.bccache import Bucket

from iqabench.report.data import labels
from iqabench.report.data.agreement import better_of, statistic_title
from iqabench.report.pages.core.report import Report
from iqabench.report.text import figures
from iqabench.report.text.task_titles import task_title

ASSETS = (
    "report.css",
    "report.js",
    "plots.js",
    "provenance.js",
    "boards.js",
    "explorer.js",
    "samples.js",
)
"""Style and scripts, which lie beside the pages."""


class _MemoryCache(BytecodeCache):
    """Compiled templates of this process: compiling takes longer than rendering a small report."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template that was compiled before from the same source."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_CACHE = _MemoryCache()


def environment_of(report: Report) -> Environment:
    """Return the environment for the sheets of a report."""
    environment = Environment(
        loader=ChoiceLoader([FunctionLoader(_from_path), PackageLoader("iqabench.report.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_CACHE,
    )
    environment.globals.update(
        title=report.title,
        page_of=report.page_of,
        interval_of=report.intervals.of,
        figure=figures.figure,
        p_value=figures.p_value,
        difference=figures.difference,
        difference_interval=figures.difference_interval,
        parameters=figures.parameters,
        cost_number=figures.cost_number,
        cost_figure=figures.cost_figure,
        short_unit=figures.short_unit,
        level_title=labels.level_title,
        setting_title=labels.setting_title,
        quality_title=labels.quality_title,
        cost_title=labels.cost_title,
        statistic_title=statistic_title,
        better_of=better_of,
        task_title=task_title,
    )
    return environment


def _from_path(name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Return the text of a template that lies outside this package; None for names of its own."""
    path = Path(name)
    if not path.is_absolute() or not path.is_file():
        return None
    return path.read_text(encoding="utf-8"), name, lambda: True
