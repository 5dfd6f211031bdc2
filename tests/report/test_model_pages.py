"""A page for each model: facts, every result with its place, kin, costs, weights; linked from every table."""

from pathlib import Path

import pytest

from iqabench.report.pages.core.site import write_report
from iqabench.report.text.page_names import page_slugs

from .conftest import NASTY, Fill, column_of, cost
from .test_site import Page


@pytest.fixture
def out(costly_pages: Path) -> Path:
    return costly_pages


def rows(path: Path, having: str) -> list[list[str]]:
    return [
        [" ".join(c.split()) for c in r] for r in Page(path).rows if any(having in c for c in r)
    ]


def test_results_with_places(out: Path) -> None:
    good, better = (rows(out / f"model-{name}.html", "psnr@sr-y") for name in ("good", "bicubic"))
    # means 32, 31.5 (the variant) and 28.33; random weights take no place
    assert good[0][:6] == ["tiny ×4", "good", "psnr@sr-y ↑higher is better", "32.00", "1 of 3", "–"]
    assert better[0][3:6] == ["3 of 3", "-3.6667", "good"]


def test_a_difference_where_less_is_better(out: Path) -> None:
    (variant,) = rows(out / "model-good@pruned.html", "lpips@sr-rgb")[:1]
    assert variant[3:7] == ["0.2333", "2 of 2", "+0.0333", "good"]


def test_random_weights_take_no_place(out: Path) -> None:
    (luck,) = rows(out / "model-luck.html", "psnr@sr-y")
    assert luck[2:5] == ["20.00", "–", "-12.0000"]


def test_a_variant_and_its_parent_point_at_each_other(out: Path) -> None:
    variant, parent = Page(out / "model-good@pruned.html"), Page(out / "model-good.html")
    assert ("a", "model-good.html") in [*variant.links()]
    assert ("a", "model-good@pruned.html") in [*parent.links()]
    assert "Variant of good, pruned: half of &lt;i&gt;all&lt;/i&gt; channels" in variant.text
    change = [r for r in rows(out / "model-good.html", "good@pruned") if "psnr@sr-y" in r[4]]
    assert change[0][5:8] == ["32.00", "31.50", "-0.5000"]


def test_costs_with_intervals_and_ratios(out: Path) -> None:
    found = [r for r in rows(out / "model-good@pruned.html", "Latency") if r[2] == "3x256x256"]
    sampled = next(r for r in found if r[0] == "a processor (1 thread)" and "of" in r[6])
    assert sampled[4:] == ["5.000", "9.500 to 10.50", "×0.500 of good_x4"]
    failed = next(r for r in rows(out / "model-good.html", "3x1024x1024"))
    assert failed[4] == "failed"


def test_weights_and_runs(out: Path) -> None:
    text = Page(out / "model-good@pruned.html").text
    assert "cd" * 32 in text
    assert "run-1" in text


def test_every_table_links_to_the_models(out: Path) -> None:
    for name in ("tiny-x4.html", *(p.name for p in out.glob("cost-a_processor*.html"))):
        assert ("a", "model-good@pruned.html") in [*Page(out / name).links()], name


def test_facts_that_differ_are_listed(fill: Fill, tmp_path: Path) -> None:
    two = [
        *column_of([30.0], facts={"params": 7}),
        *column_of([31.0], level="x2", scale=2, set_hash="2", facts={"params": 9}, model_hash="cd"),
    ]
    write_report(fill(*two), tmp_path / "out", among=[])
    facts = Page(tmp_path / "out" / "model-plain.html").text
    assert "<dd>9; 7</dd>" in facts or "<dd>7; 9</dd>" in facts


def test_names_of_pages() -> None:
    found = page_slugs("model", ["Net", "net", NASTY, "../up", "plain"])
    assert len({name.casefold() for name in found.values()}) == 5
    assert found["plain"] == "model-plain"
    assert not any(set(name) & set("/<>|$&#% ") for name in found.values())


def test_a_model_with_costs_alone(fill: Fill, tmp_path: Path) -> None:
    write_report(fill(cost(3.0, model=NASTY)), tmp_path / "out", among=[])
    (path,) = (tmp_path / "out").glob("model-*.html")
    page = Page(path)
    assert page.row("a processor (1 thread)")[4] == "3.000"
    assert not any(t == "b" for t, _ in page.tags)


def test_full(everything: Path) -> None:
    partial = rows(everything / "model-falls.html", "psnr@sr-y")[0]
    assert partial[2:] == ["33.00", "–", "–", "good", "2 of 31 failed"]
