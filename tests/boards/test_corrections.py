"""Errata that correct an input: the corrected scores and ranks stand beside the printed ones."""

from math import exp

import pytest

from iqabench.boards import board, corrected_standings, corrections, entries_of, standings
from iqabench.boards.corrections import Correction
from iqabench.errors import FactsError

from .conftest import Write

MORE = """
baseline: b
scores:
  price: {better: lower, exp_ratio: {of: cost, times: 2}}
tracks:
  - {name: cheap, rank: price}
  - {name: good, rank: quality}
"""


def told(found: list[Correction]) -> dict[tuple[str, str], tuple[float, float | None]]:
    return {(one.entry, one.what): (one.printed, one.corrected) for one in found}


def test_a_corrected_input_changes_scores_and_ranks(write: Write) -> None:
    one = write(MORE + "errata: [{entry: c, of: cost, instead: 3, why: a layer was not counted}]")
    entries = entries_of(one)
    assert told(corrections(one, entries)) == {
        ("c", "cost"): (1, 3),
        ("c", "score price"): (pytest.approx(exp(1)), pytest.approx(exp(3))),
        ("c", "rank cheap"): (1, 2),
    }
    right = corrected_standings(one, entries)
    assert right is not None
    assert [s.entry.name for s in right.tracks["cheap"]] == ["b", "c", "a"]
    assert [s.entry.name for s in standings(one, entries).tracks["cheap"]] == ["c", "b", "a"]
    assert entries_of(one)[2].values["cost"].value == 1  # what was printed stays


def test_a_corrected_baseline_changes_every_ratio(write: Write) -> None:
    one = write(MORE + "errata: [{entry: b, of: cost, instead: 8, why: counted on another size}]")
    right = corrected_standings(one, entries_of(one))
    assert right is not None
    values = {s.entry.name: s.by.value for s in right.tracks["cheap"]}
    assert values == pytest.approx({"c": exp(2 / 8), "a": exp(1), "b": exp(2)})


def test_a_corrected_input_can_miss_a_gate(write: Write) -> None:
    gate = "gates: [{of: quality, at_least: 28}]\n"
    one = write(MORE + gate + "errata: [{entry: c, of: quality, instead: 27.5, why: border}]")
    changed = {c.what: c.words for c in corrections(one, entries_of(one))}
    assert changed["rank cheap"] == "1 printed, not ranked corrected"


def test_an_erratum_of_a_score_or_a_rank_corrects_no_input(write: Write) -> None:
    rows = "team,quality,cost,price,place\na,30.0,4,9,2\nb,29.0,2,7.389,1\n"
    yaml = MORE.replace("lower, exp", "lower, published: price, exp")
    yaml = yaml.replace("rank: price}", "rank: price, published: place}")
    errata = (
        "errata: [{entry: a, of: price, instead: 54.6, why: slip}, {entry: b, of: cheap, why: x}]"
    )
    one = write(yaml + errata, rows)
    assert told(corrections(one, entries_of(one))) == {("a", "score price"): (9, 54.6)}
    assert corrected_standings(one, entries_of(one)) is None


def test_without_errata_nothing_is_corrected(write: Write) -> None:
    one = write(MORE)
    assert corrections(one, entries_of(one)) == []
    assert corrected_standings(one, entries_of(one)) is None


@pytest.mark.parametrize(
    ("errata", "said"),
    [
        (
            "[{entry: c, of: cost, instead: 3, why: x}, {entry: c, of: cost, why: y}]",
            "errata.1: a second erratum of c in cost",
        ),
        ("[{entry: c, of: cost, instead: .nan, why: x}]", "errata.0.instead"),
        ("[{entry: c, of: cost, instead: 3, why: ''}]", "errata.0.why"),
        (
            "[{entry: c, of: cost, instead: 1, why: x}]",
            "corrects cost of 'c' to 1, and .* prints 1",
        ),
        ("[{entry: a, of: quality, instead: 30.01, why: x}]", "corrects quality .* prints 30"),
        (
            "[{entry: c, of: price, instead: 3, why: x}]",
            "price of 'c', for which .* prints nothing",
        ),
        (
            "[{entry: c, of: cheap, instead: 3, why: x}]",
            "cheap of 'c', for which .* prints nothing",
        ),
    ],
)
def test_errata_that_are_none(write: Write, errata: str, said: str) -> None:
    with pytest.raises(FactsError, match=rf"made\.yaml:\d+: .*{said}"):
        entries_of(write(MORE + f"errata: {errata}"))


def test_ntire2026_spanv2_by_its_true_operations() -> None:
    """Five of the ranked entries count less than 9.108 G: 2.68, 3.594, 5.24, 8.22 and 8.91 G."""
    one = board("ntire2026-esr")
    entries = entries_of(one)
    changed = told(corrections(one, entries))
    spanv2 = "22_SPANV2_ESR_C2"
    assert changed[spanv2, "flops_G"] == (1.59, 9.108)
    assert changed[spanv2, "score final"] == pytest.approx((3.867, 4.367), abs=5e-4)
    assert changed[spanv2, "rank main"] == (1, 1)
    assert changed[spanv2, "rank flops"] == (1, 6)
    right = corrected_standings(one, entries)
    assert right is not None
    standing = right.of(spanv2, "main")
    assert standing is not None
    assert standing.by.value == pytest.approx(
        0.8 * exp(2 * 5.24 / 7.74) + 0.1 * exp(2 * 9.108 / 9.83) + 0.1 * exp(2 * 0.139 / 0.151)
    )
