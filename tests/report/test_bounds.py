"""Pages of large stores: what they draw and list is bounded, and they say with numbers what is left out."""

import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import tables_of
from iqabench.report.pages.core.site import write_report
from iqabench.report.plots import latency_plots, plot_points, set_plots, sweeps
from iqabench.report.plots.pictures import cuts_of
from iqabench.report.statistics import Resamples, compare_pairs
from iqabench.report.statistics.family import family_p_values
from iqabench.report.text import per_image_file
from iqabench.store import Record, Store

from .conftest import SAMPLED, Fill, column_of, cost, filled

MODELS, DRAWN, ROOM = 13, 10, 25
COLUMNS = ("psnr@sr-y", "ssim@sr-y", "lpips@sr-rgb")


def many_models() -> list[Record]:
    """Of the large ones the smallest is the best; three small ones are worse than all, and on the front."""
    records = []
    for n in range(MODELS):
        small = n < 3
        facts = {"params": 10 + n if small else 1_000_000 + n}
        for column in COLUMNS:
            value = 0.1 + n / 100 if small else 0.9 - n / 100
            better = 1 - value if column.startswith("lpips") else value
            records += column_of([better] * 2, model=f"m{n:03d}", column=column, facts=facts)
    return records


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written once: these tests only read it. With bounds that few models reach."""
    folder = tmp_path_factory.mktemp("many")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plot_points, "MOST_MODELS", DRAWN)
        patch.setattr(set_plots, "MOST_POINTS", ROOM)
        write_report(filled(folder / "store", many_models()), folder / "out", among=[])
    return folder / "out"


def cards(svg: str) -> list[str]:
    return re.findall(r'class="card"><title>(\w+)', svg)


def test_a_plot_draws_the_front_then_the_best(out: Path) -> None:
    drawn = cards((out / "plots" / "tiny-x4-psnr@sr-y.svg").read_text())
    assert sorted(drawn) == [f"m{n:03d}" for n in range(DRAWN)]  # the first three rank last of all


def test_a_page_draws_so_many_points_and_says_what_is_left_out(out: Path) -> None:
    page = (out / "tiny-x4.html").read_text()
    assert len(cards(page)) == 2 * DRAWN <= ROOM
    assert "Of the 3 plots of a column against a cost, the first 2 are drawn" in page
    assert "a page has room for 25 points" in page
    assert page.count("10 of 13 models: the front, then the best") == 2
    assert "the plot is one of those that are not drawn here" in page  # on choosing the third
    assert sorted(p.name for p in (out / "plots").iterdir()) == [
        "tiny-x4-psnr@sr-y.svg",
        "tiny-x4-ssim@sr-y.svg",
    ]


def test_a_page_has_room_for_a_plot_at_least() -> None:
    assert plot_points.MOST_MODELS <= set_plots.MOST_POINTS


def test_numbers_are_never_left_out(out: Path) -> None:
    (made,) = json.loads((out / "index.json").read_text())["sets"]
    assert len(made["rows"]) == MODELS
    assert all(set(row["values"]) == set(COLUMNS) for row in made["rows"])
    page = (out / "tiny-x4.html").read_text()
    table = page[page.index('<section id="means"') : page.index('<section id="pareto"')]
    assert len(re.findall('<th scope="row">', table)) == MODELS
    assert len((out / "per-image" / "tiny-x4.csv").read_text().splitlines()) == 1 + MODELS * 3 * 2


def test_small_pages_draw_everything_and_say_nothing(everything: Path) -> None:
    page = (everything / "tiny-x4.html").read_text()
    assert page.count("<figure data-quality") > 1
    assert "plots of a column against a cost" not in page
    assert "data-none" not in page


def test_columns_per_image_as_far_as_there_is_room(
    fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iqabench.report.data.per_image.MOST_CELLS_OF_MANY", 12)
    values = [0.5, 0.6, 0.7]
    store = fill(
        *(
            r
            for model in ("one", "two")
            for c in COLUMNS
            for r in column_of(values, model=model, column=c)
        )
    )
    write_report(store, tmp_path / "out", among=[])
    page = (tmp_path / "out" / "tiny-x4.html").read_text()
    images = page[page.index('<section id="images"') : page.index('<section id="provenance"')]
    assert images.count("<table") == 2  # 2 models x 3 images x 2 columns
    assert "The first 2 of 3 columns" in images
    assert len((tmp_path / "out" / "per-image" / "tiny-x4.csv").read_text().splitlines()) == 19


def test_plots_of_costs_draw_the_best_and_say_so(
    fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latency_plots, "MOST_MODELS", 3)
    monkeypatch.setattr(sweeps, "MOST_MODELS", 2)
    store = fill(
        *(
            cost(
                speed * 4.0**at,
                model=f"m{speed}",
                model_hash=f"{speed}" * 64,
                size=size,
                details=SAMPLED,
            )
            for speed in (5, 4, 3, 2)
            for at, size in enumerate(("3x64x64", "3x128x128", "3x256x256"))
        )
    )
    write_report(store, tmp_path / "out", among=[])
    (path,) = (tmp_path / "out").glob("cost-*.html")
    page = path.read_text()
    assert page.count("3 of 4 models: the quickest; all stand in the tables") == 3
    assert "No sample of these models was left out." in page
    assert "2 of 4 models: the best at a megapixel; all stand below" in page
    growth = next((tmp_path / "out" / "plots").glob("*-growth-1-*.svg")).read_text()
    assert set(cards(growth)) == {"m2", "m3"}
    assert all(f"<li>m{n}: latency_ms" in page for n in (2, 3, 4, 5))
    latency = next((tmp_path / "out" / "plots").glob("*-latency-1.svg")).read_text()
    assert cards(latency) == ["m2", "m3", "m4"]


def test_pictures_of_a_run_that_kept_none_are_not_looked_for(
    fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path) -> bytes:
        raise AssertionError(f"{path} was looked for")

    store = fill(*column_of([30.0, 31.0]))
    monkeypatch.setattr("iqabench.report.plots.pictures._read", read)
    with Results(store) as results:
        find = cuts_of(store, tables_of(results)[0])
    assert find("a") is None


def test_single_values_are_written_some_samples_at_a_time(
    full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(name: str) -> str:
        with Results(full) as results:
            table = next(t for t in tables_of(results) if t.setting.set == "tiny")
            per_image_file.write_samples(results, table, tmp_path / name)
        return (tmp_path / name).read_text()

    whole = written("whole.csv")
    assert whole.count("\n") > 10
    spans: list[object] = []
    write = per_image_file._write

    def noted(*given: object, head: bool) -> None:
        spans.append(given[-1])
        write(*given, head=head)  # type: ignore[arg-type]

    monkeypatch.setattr(per_image_file, "_write", noted)
    monkeypatch.setattr(per_image_file, "AT_ONCE", 1)
    assert written("parts.csv") == whole
    assert spans == [("a", "b"), ("b", "c"), ("c", None)]
    assert [p.name for p in tmp_path.glob("*.part")] == []


def test_resamples_of_many_samples_are_the_same_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).normal(30.0, 1.0, (3, 40))
    whole = Resamples(40, times=50).means(values)
    monkeypatch.setattr("iqabench.report.statistics.bootstrap._WHOLE", 0)
    monkeypatch.setattr("iqabench.report.statistics.bootstrap._SOME", 200)
    parts = Resamples(40, times=50).means(values)
    monkeypatch.setattr("iqabench.report.statistics.bootstrap._KEPT", 0)
    anew = Resamples(40, times=50).means(values)
    assert parts == pytest.approx(whole, rel=1e-14)
    assert (anew == parts).all()


def test_pairs_are_compared_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(2).normal(30.0, 1.0, (5, 20)) + np.arange(5)[:, None] * 0.4
    pairs = list(combinations(range(5), 2))
    whole = compare_pairs([values], pairs, 1)
    monkeypatch.setattr("iqabench.report.statistics.comparisons._AT_ONCE", 60)
    assert compare_pairs([values], pairs, 1) == whole
    assert len(whole) == 10


def test_signs_are_turned_some_ways_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.random.default_rng(3).normal(0.3, 1.0, (4, 20))
    whole = family_p_values(scores, np.zeros(4))
    monkeypatch.setattr("iqabench.report.statistics.family._AT_ONCE", 2400)
    assert family_p_values(scores, np.zeros(4)).tolist() == whole.tolist()
