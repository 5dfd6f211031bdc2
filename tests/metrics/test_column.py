"""Columns: how they are written, and what they share."""

from dataclasses import replace
from math import nan
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import iqabench.metrics as package
from iqabench.errors import ImageError, MetricError, UnknownNameError, UsageError
from iqabench.images import Case
from iqabench.metrics import Column, column, metrics, scores
from iqabench.metrics.core.metric import Metric
from iqabench.metrics.shared import structural_similarity as _gaussian
from iqabench.protocols import protocol


def noisy(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def made(value: float) -> Metric:
    psnr = metrics().get("psnr")
    return replace(psnr, name="made", function=lambda _: value, version=3)


def test_a_column_is_written_metric_at_protocol() -> None:
    both = column("psnr@sr-y")
    assert both.name == "psnr@sr-y"
    assert (both.metric.name, both.protocol.name) == ("psnr", "sr-y")
    assert column("psnr").name == "psnr@rgb"
    assert column("psnr", "y-full").name == "psnr@y-full"


def test_a_metric_of_colour_never_means_luma_unless_it_is_told() -> None:
    assert column("lpips", "sr-y").name == "lpips@sr-rgb"
    assert column("lpips@sr-y", "rgb").name == "lpips@sr-y"


def test_its_key_holds_what_decides_the_number() -> None:
    part = Column(made(1.0), protocol("sr-y"))
    assert part.key == f"made.3@sr-y.{protocol('sr-y').hash}"


@pytest.mark.parametrize("text", ["", "@sr-y", "psnr@", "psnr@sr-y@rgb"])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected metric@protocol, such as psnr@sr-y"):
        column(text)


def test_unknown_names_get_suggestions() -> None:
    with pytest.raises(UnknownNameError, match=r"no metric is called 'pnsr'\. Did you mean 'psnr'"):
        column("pnsr")
    with pytest.raises(UnknownNameError, match=r"'sry'\. Did you mean 'sr-y'"):
        column("psnr@sry")


def test_each_metric_stands_in_its_own_file() -> None:
    assert {"psnr", "ssim", "lpips"} <= set(metrics().names())
    assert metrics().origin("psnr").split(":")[0].endswith("metrics/full_reference/psnr.py")


def test_columns_of_one_protocol_share_what_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    whole = _gaussian._similarity

    def counted(*given: Any) -> object:
        calls.append(given)
        return whole(*given)

    monkeypatch.setattr(_gaussian, "_similarity", counted)
    twice = [column("ssim@sr-y")] * 2
    first, second = scores(twice, Case(noisy(30, 30, 3), noisy(30, 30, 3, seed=1), 4))
    assert first == second
    assert len(calls) == 1


def test_nothing_is_defined_as_not_a_number() -> None:
    part = Column(made(nan), protocol("rgb"))
    with pytest.raises(MetricError, match="made@rgb gave NaN on an image of 9x8"):
        part(noisy(8, 9, 3), noisy(8, 9, 3))


def test_sizes_must_agree() -> None:
    with pytest.raises(ImageError, match="never resized"):
        column("psnr")(noisy(8, 9, 3), noisy(9, 8, 3))


def test_without_columns_there_are_no_values() -> None:
    assert scores([], Case(noisy(8, 9, 3), noisy(9, 8, 3))) == []


def test_no_folder_takes_the_place_of_a_public_name() -> None:
    """A package binds its sub-packages as they are imported; plugins import after that scan."""
    metrics().names()
    assert not [name for name in package.__all__ if isinstance(getattr(package, name), ModuleType)]
