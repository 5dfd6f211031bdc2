"""The page of a set at one level: means, order, variants, plots, pictures, single values, provenance."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from iqabench.report.data.clip_tables import ClipTable, clip_tables
from iqabench.report.data.cost_columns import cost_columns, device_titles, shown_columns
from iqabench.report.data.first_front import first_front
from iqabench.report.data.per_image import failures, per_image
from iqabench.report.data.subjects import Setting
from iqabench.report.data.tables import Table
from iqabench.report.data.variants import variant_comparisons
from iqabench.report.pages.core import Report, Sheet, page
from iqabench.report.plots.cost_curves import cost_curves
from iqabench.report.plots.curve_plots import curve_plots
from iqabench.report.plots.sample_crops import sample_crops
from iqabench.report.plots.set_plots import set_plots, title_of
from iqabench.report.statistics import FEWEST, RESAMPLES
from iqabench.report.statistics.column_order import MOST_MODELS, column_orders
from iqabench.report.statistics.image_costs import image_costs
from iqabench.report.text.clip_formats import clips_csv, clips_latex, clips_markdown
from iqabench.report.text.per_image_file import write_samples
from iqabench.report.text.protocol_text import protocol_text
from iqabench.report.text.table_formats import as_csv, as_latex, as_markdown

_FORMATS: dict[str, Callable[[Table], str]] = {"csv": as_csv, "md": as_markdown, "tex": as_latex}
_CLIP_FORMATS: dict[str, Callable[[Setting, Sequence[ClipTable]], str]] = {
    "csv": clips_csv,
    "md": clips_markdown,
    "tex": clips_latex,
}


@page(title="Sets", template="set.html", name="set", order=10, listed=False)
def set_page(report: Report) -> Iterator[Sheet]:
    """Yield a sheet for each set at each level."""
    for table in report.tables:
        slug = report.set_slugs[table.number]
        yield Sheet(slug, partial(_values, report, table, slug), table.number)


def _values(report: Report, table: Table, slug: str) -> dict[str, Any]:
    """Write the tables of the set as files, and return what stands on its sheet."""
    for suffix, format_table in _FORMATS.items():
        report.write(f"tables/{slug}.{suffix}", format_table(table))
    clips = clip_tables(report.results, table)
    for suffix, format_clips in _CLIP_FORMATS.items() if clips else ():
        report.write(f"tables/{slug}-clips.{suffix}", format_clips(table.setting, clips))
    write_samples(report.results, table, report.folder / "per-image" / f"{slug}.csv")
    costs = (cost for device in report.devices for cost in device.costs)
    columns = shown_columns(cost_columns(table, costs), table)
    titles = device_titles(columns)
    costs_of_images = image_costs(report.results, table)
    return {
        "table": table,
        "blocks": table.blocks,
        "cost_columns": columns,
        "dialogs": report.dialogs(),
        "device_titles": titles,
        "title_of": lambda column: title_of(column, titles),
        "clip_tables": clips,
        "front": first_front(table, columns),
        "plots": set_plots(table, slug, columns, report.write),
        "image_costs": costs_of_images,
        "curves": cost_curves(table, costs_of_images, slug, report.write)
        if costs_of_images
        else (),
        "setting_curves": curve_plots(table, slug, report.write),
        "failures": failures(report.results, table),
        "variants": variant_comparisons(report.results, table, columns),
        "orders": column_orders(report.results, table, report.intervals),
        "columns_of_order": len(table.columns),
        "resamples": RESAMPLES,
        "most": MOST_MODELS,
        "fewest": FEWEST,
        "has_intervals": report.intervals.wanted,
        "sample_crops": sample_crops(report.results, table, report.folder),
        "per_image": per_image(report.results, table),
        "runs": report.provenance.runs([table.number]),
        "origins": report.provenance.origins(table),
        "protocols": protocol_text(table.columns, table.setting.scale),
    }
