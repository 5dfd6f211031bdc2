"""Intervals beside means: in rows, on pages, and left out where they would take too long."""

from math import inf
from pathlib import Path

import numpy as np
import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.rows import rows
from iqabench.report.pages.core.site import write_report
from iqabench.report.statistics import RESAMPLES, mean_intervals
from iqabench.report.statistics.intervals import Intervals

from .conftest import Fill, column_of, record


def test_rows_have_the_ends_of_the_interval(fill: Fill) -> None:
    values = [30.0, 30.3, 31.1, 32.2, 33.6, 34.1, 34.9, 35.7, 36.4, 41.7]
    (row,) = rows(fill(*column_of(values)))
    low, high = mean_intervals(np.array([values]))[0]
    assert (row["value"], row["ci_low"], row["ci_high"]) == pytest.approx((34.0, low, high))
    names = list(row)
    assert names[names.index("value") :][:3] == ["value", "ci_low", "ci_high"]


def test_what_has_no_interval(fill: Fill) -> None:
    whole = {"sample": "(whole set)", "kind": "set", "column": "fid@sr-rgb", "images": 5}
    found = rows(
        fill(
            *column_of([30.0, 31.0, 32.0, 33.0]),
            *column_of([None, None], model="failed"),
            *column_of([30.0, 31.0, 32.0, 33.0, inf], model="exact"),
            record(**whole, value=12.5, model="set"),
        )
    )
    assert {row["model"]: (row["ci_low"], row["ci_high"]) for row in found} == {
        "plain": (None, None),
        "failed": (None, None),
        "exact": (None, None),
        "set": (None, None),
    }


def test_failed_images_count_for_nothing(fill: Fill) -> None:
    values = [30.0, 34.0, 31.0, 36.0, 33.5]
    (some,) = rows(fill(*column_of([30.0, None, *values[1:]]), name="one"))
    (both,) = rows(fill(*column_of(values), name="other"))
    assert some["ci_low"] == both["ci_low"]
    assert some["ci_low"] < some["value"]


def test_large_stores_are_asked_first(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    store = fill(*column_of([30.0, 31.0, 32.0, 33.0, 34.0]))
    monkeypatch.setattr("iqabench.report.statistics.intervals.MOST_RECORDS", 2)
    assert rows(store)[0]["ci_low"] is None
    assert rows(store, intervals=True)[0]["ci_low"] == pytest.approx(
        32 - 2.776 * 2.5**0.5 / 5**0.5, abs=1e-3
    )
    with Results(store) as results:
        assert results.records == 5
        assert Intervals(results).of(results.means[0]) is None


def test_the_page_shows_them(fill: Fill, tmp_path: Path) -> None:
    values = [30.0, 30.0, 36.0, 33.0, 31.0, 35.0]
    store = fill(*column_of(values), *column_of([v - 1 for v in values], model="other"))
    text = write_report(store, tmp_path / "out", among=[]).pages[1].read_text()
    low, high = mean_intervals(np.array([values]))[0]
    assert f'data-ends="{low:.2f} to {high:.2f}"' in text
    assert f"95 % interval {low:.3f} to {high:.3f}" in text
    assert f"{RESAMPLES} resamples" in text
    assert "may be the best" in text


def test_the_page_says_why_few_images_have_none(fill: Fill, tmp_path: Path) -> None:
    store = fill(*column_of([30.0, 31.0, 36.0]), *column_of([29.0, 29.5, 30.0], model="other"))
    text = write_report(store, tmp_path / "out", among=[]).pages[1].read_text()
    assert "data-ends" not in text
    assert "3 images are too few for an interval of a mean" in text
    assert (
        "3 images cannot tell any two models apart: the smallest p that the test can have with so few is 0.25"
        in (" ".join(text.split()))
    )
    assert "may be the best</span>" not in text
