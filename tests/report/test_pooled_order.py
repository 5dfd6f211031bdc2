"""Several sets at once: on the index, and as data."""

from pathlib import Path

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.overview import groups
from iqabench.report.data.tables import tables_of
from iqabench.report.pages.core.site import write_report
from iqabench.store import Store

from .conftest import Fill, column_of

OTHER = {"set": "other", "set_hash": "6" * 64}
FOUR = [30.0, 31.0, 32.0, 33.0]


@pytest.fixture
def store(fill: Fill) -> Store:
    """Two sets of four images, none of which can tell models apart, and both can."""
    worse = [value - 0.1 * n for n, value in enumerate(FOUR, 1)]
    return fill(
        *column_of(FOUR, model="first"),
        *column_of(worse, model="second"),
        *column_of(FOUR[:3], model="short"),
        *column_of([20.0] * 4, model="luck", random_weights=True),
        *column_of([v + 5 for v in FOUR], model="first", **OTHER),
        *column_of([v + 5 for v in worse], model="second", **OTHER),
        *column_of(FOUR, model="short", **OTHER),
    )


def test_models_over_all_images(store: Store) -> None:
    with Results(store) as results:
        (group,) = groups(results, tables_of(results))
    assert group.matrix is not None
    pooled = group.matrix.pooled
    assert pooled is not None
    assert (pooled.samples, pooled.can_tell_apart) == (8, True)
    rows = {row.label: row.pooled for row in group.matrix.rows}
    first, second = rows["first"], rows["second"]
    assert rows["short"] is rows["luck (random weights)"] is None
    assert first is not None
    assert second is not None
    assert second.to_best is not None
    assert (first.mean, first.to_best, first.may_be_best) == (34.0, None, True)
    assert second.to_best.difference == pytest.approx(-0.25)
    assert (second.to_best.lost, second.to_best.corrected) == (8, 2.0**-7)
    assert not second.may_be_best


def test_the_index_shows_them(store: Store, tmp_path: Path) -> None:
    page = write_report(store, tmp_path / "out", among=[]).pages[0].read_text()
    assert "counts each of the 8 images of the 2 sets once" in page
    assert page.count("may be the best</span>") == 1
    assert "0.0078" in page
    assert "not all images" in page
