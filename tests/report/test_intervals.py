"""Intervals beside means: in rows, on pages, and left out where they would take too long."""

from math import inf
from pathlib import Path

import numpy as np
import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.rows import rows
from iqabench.report.pages.core.site import write_report
from iqabench.report.statistics import RESAMPLES
from iqabench.report.statistics.intervals import Intervals

from .conftest import Fill, column_of, record


def test_rows_have_the_ends_of_the_interval(fill: Fill) -> None:
    values = [30.0, 30.3, 31.1, 32.2, 33.6, 34.1, 34.9, 35.7, 36.4, 41.7]
    (row,) = rows(fill(*column_of(values)))
    drawn = np.random.default_rng(1).choice(values, (20_000, 10)).mean(axis=1)  # another generator
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert row["value"] == pytest.approx(34.0)
    assert row["ci_low"] == pytest.approx(low, abs=0.2)
    assert row["ci_high"] == pytest.approx(high, abs=0.2)
    names = list(row)
    assert names[names.index("value") :][:3] == ["value", "ci_low", "ci_high"]


def test_equal_means_of_other_models_are_resampled_alike(fill: Fill) -> None:
    one, other, far = rows(
        fill(
            *column_of([30.0, 32.0, 37.0]),
            *column_of([30.0, 32.0, 37.0], model="twin"),
            *column_of([20.0, 22.0, 27.0], model="worse"),
        )
    )
    assert (one["ci_low"], one["ci_high"]) == (other["ci_low"], other["ci_high"])
    assert one["ci_low"] - 10 == pytest.approx(far["ci_low"], abs=1e-9)


def test_what_has_no_interval(fill: Fill) -> None:
    whole = {"sample": "(whole set)", "kind": "set", "column": "fid@sr-rgb", "images": 5}
    found = rows(
        fill(
            *column_of([30.0]),
            *column_of([None, None], model="failed"),
            *column_of([30.0, inf], model="exact"),
            record(**whole, value=12.5, model="set"),
        )
    )
    assert {row["model"]: (row["ci_low"], row["ci_high"]) for row in found} == {
        "plain": (None, None),
        "failed": (None, None),
        "exact": (None, None),
        "set": (None, None),
    }


def test_failed_images_are_not_drawn(fill: Fill) -> None:
    some = rows(fill(*column_of([30.0, None, 34.0]), name="one"))
    both = rows(fill(*column_of([30.0, 34.0]), name="other"))
    assert some[0]["ci_low"] == both[0]["ci_low"] == 30.0


def test_large_stores_are_asked_first(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    store = fill(*column_of([30.0, 31.0, 32.0]))
    monkeypatch.setattr("iqabench.report.statistics.intervals.MOST_RECORDS", 2)
    assert rows(store)[0]["ci_low"] is None
    assert rows(store, intervals=True)[0]["ci_low"] == pytest.approx(30.0, abs=0.4)
    with Results(store) as results:
        assert results.records == 3
        assert Intervals(results).of(results.means[0]) is None


def test_the_page_shows_them(fill: Fill, tmp_path: Path) -> None:
    store = fill(*column_of([30.0, 30.0, 36.0]), *column_of([29.0, 29.5, 30.0], model="other"))
    text = write_report(store, tmp_path / "out", among=[]).pages[1].read_text()
    assert 'data-ends="30.00 to 36.00"' in text
    assert "95 % interval 30.000 to 36.000" in text
    assert f"{RESAMPLES} resamples" in text
