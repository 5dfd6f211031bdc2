"""Sweeps over settings: what a text means, and what is refused before the first image."""

from typing import TYPE_CHECKING, cast

import pytest

from iqabench.errors import UsageError
from iqabench.models.core.catalogue import card_of
from iqabench.run.plan import Cell
from iqabench.run.setting_points import check_settings, rounds_of, setting_points

if TYPE_CHECKING:
    from iqabench.sets import SampleSet


@pytest.mark.parametrize(
    ("texts", "points"),
    [
        ((), [()]),
        (("alpha=0.5",), [("alpha=0.5",)]),
        (("alpha=0,1",), [("alpha=0",), ("alpha=1",)]),
        (("alpha=0:1:0.5",), [("alpha=0",), ("alpha=0.5",), ("alpha=1",)]),
        (("a=0,1", "b=2"), [("a=0", "b=2"), ("a=1", "b=2")]),
        (("alpha=1,1",), [("alpha=1",)]),
    ],
)
def test_texts_name_the_runs(texts: tuple[str, ...], points: list[tuple[str, ...]]) -> None:
    assert setting_points(texts) == points


def test_steps_are_exact() -> None:
    assert setting_points(["alpha=0:1:0.1"])[3] == ("alpha=0.3",)
    assert len(setting_points(["alpha=0:1:0.1"])) == 11


@pytest.mark.parametrize("text", ["alpha=0:1", "alpha=0:1:0", "alpha=1:0:0.1", "alpha=0:x:1"])
def test_what_is_no_range_is_told(text: str) -> None:
    with pytest.raises(UsageError, match=r"not a range of values; expected FIRST:LAST:STEP"):
        setting_points([text])


@pytest.mark.parametrize(
    ("model", "text", "message"),
    [
        ("cfsnet_x4", "alpha=0,2", r"'alpha=2' is not a value of alpha; expected a number from 0"),
        ("irn_x4", "seed=0.5", r"'seed=0.5' is not a value of seed; expected a whole number"),
        ("irn_x4", "temperature=-1", r"expected a number from 0 to 1"),
    ],
)
def test_values_out_of_range_are_refused_before_the_first_run(
    model: str, text: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        check_settings([card_of(model)], setting_points([text]))


def cell_of(name: str) -> Cell:
    """A cell of a registered model on no set."""
    card = card_of(name)
    return Cell(card.id, card, cast("SampleSet", None), "image", ())


def test_a_model_that_draws_runs_with_as_many_seeds_and_others_once() -> None:
    drawing, plain = cell_of("irn_x4"), cell_of("bicubic_rescale_x4")
    rounds = rounds_of([drawing, plain], [])
    assert [point for point, _ in rounds] == [
        (),
        ("seed=1",),
        ("seed=2",),
        ("seed=3",),
        ("seed=4",),
    ]
    assert [len(cells) for _, cells in rounds] == [2, 1, 1, 1, 1]
    assert [cells for _, cells in rounds[1:]] == [[drawing]] * 4


def test_a_seed_that_is_named_is_the_only_draw_and_other_sweeps_have_all() -> None:
    drawing = cell_of("irn_x4")
    assert rounds_of([drawing], ["seed=7"]) == [(("seed=7",), [drawing])]
    points = [point for point, _ in rounds_of([drawing], ["temperature=0.5,1"])]
    assert len(points) == 10
    assert points[:2] == [("temperature=0.5",), ("temperature=0.5", "seed=1")]


def test_a_sweep_runs_a_model_without_the_setting_once() -> None:
    swept, plain = cell_of("cfsnet_x4"), cell_of("bicubic_x4")
    assert [len(cells) for _, cells in rounds_of([swept, plain], ["alpha=0,0.5,1"])] == [2, 1, 1]
    own = Cell("net.pt", None, cast("SampleSet", None), "image", ())
    rounds = rounds_of([cell_of("irn_x4"), own], ["alpha=0,1"])
    assert [own in cells for _, cells in rounds] == [True, *[False] * 4, True]
