"""Sweeps over settings: what a text means, and what is refused before the first image."""

import pytest

from iqabench.errors import UsageError
from iqabench.models.core.catalogue import card_of
from iqabench.run.setting_points import check_settings, setting_points


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
