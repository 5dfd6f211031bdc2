"""Costs of images in reports: means, shares of the parent, and the curve over a setting."""

from pathlib import Path

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table, tables_of
from iqabench.report.data.variants import variant_comparisons
from iqabench.report.pages.core.write import write_report
from iqabench.report.plots.cost_curves import cost_curves
from iqabench.report.statistics.image_costs import ImageCosts, image_costs
from iqabench.report.text.figures import figure
from iqabench.store import Record

from .conftest import filled, record

MACS = {
    ("parent", ""): (100e6, 300e6),
    ("child", "k=-1"): (90e6, 240e6),
    ("child", ""): (50e6, 60e6),
}


def records() -> list[Record]:
    made = []
    for (model, setting), costs in MACS.items():
        variant = {"variant": {"parent": "parent", "method": "adaptive", "recipe": ""}}
        facts = variant if model == "child" else {}
        for image, macs in enumerate(costs):
            values = {"psnr@sr-y": 30 + macs / 1e8, "macs@image": macs}
            values |= {"heavy@image": macs / 4e8} if model == "child" else {}
            for column, value in values.items():
                made.append(
                    record(
                        model=model,
                        model_hash=model * 4,
                        setting=setting,
                        facts=facts,
                        sample=f"s{image}",
                        column=column,
                        value=value,
                        unit="MACs" if column == "macs@image" else "1",
                        better="higher" if column == "psnr@sr-y" else "lower",
                        key=f"{model} {setting} {column}",
                    )
                )
    return made


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Table, ImageCosts, set[str]]:
    """Return the table of a small store, its costs, and the columns of the differences of its variants."""
    store = filled(tmp_path_factory.mktemp("costs") / "store", records())
    with Results(store) as results:
        (table,) = tables_of(results)
        costs = image_costs(results, table)
        assert costs is not None
        pairs = variant_comparisons(results, table, ())
        return table, costs, {q.column.metric for pair in pairs for q in pair.quality}


Found = tuple[Table, ImageCosts, set[str]]


def test_rows_of_one_model_follow_each_other_with_their_mean_cost(found: Found) -> None:
    rows = [(one.row.label, one.macs, one.heavy) for one in found[1].costs]
    assert rows == [
        ("child (k=-1)", 165e6, pytest.approx(165 / 400)),
        ("child", 55e6, pytest.approx(55 / 400)),
        ("parent", 200e6, None),
    ]


def test_the_share_of_the_means_is_not_the_mean_of_the_shares(found: Found) -> None:
    dear, cheap, parent = (one.share for one in found[1].costs)
    assert parent is None
    assert dear is not None
    assert cheap is not None
    assert (dear.of_means, dear.mean) == pytest.approx((165 / 200, (0.9 + 0.8) / 2))
    assert (cheap.of_means, cheap.mean) == pytest.approx((55 / 200, (0.5 + 0.2) / 2))


def test_a_cost_is_no_difference_in_quality(found: Found) -> None:
    assert found[2] == {"psnr"}


def test_the_curve_joins_the_settings_of_a_model(found: Found) -> None:
    files: dict[str, str] = {}
    (curves,) = cost_curves(found[0], found[1], "tiny", files.__setitem__)
    assert list(files) == [curves.href]
    assert "child (k=-1): 31.6500 at 165.0 M MACs, 82.5% of parent" in curves.summary
    assert all(label in files[curves.href] for label in ("child (k=-1)", "parent"))


def test_multiply_accumulates_are_printed_with_a_letter() -> None:
    assert figure(870_814_080.0, "MACs") == "870.8 M"


def test_the_page_of_the_set_has_the_costs_of_images(tmp_path: Path) -> None:
    write_report(filled(tmp_path / "store", records()), tmp_path / "pages")
    page = (tmp_path / "pages" / "tiny-x4.html").read_text()
    assert 'id="image-costs"' in page
    assert "82.5 %" in page
    assert "psnr@sr-y, cost per image" in page
