"""What a metric needs is asked for before the first image, and what it raises is an error value."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from iqabench.errors import MetricError, MetricWeightsError, UsageError
from iqabench.files import RemoteFile
from iqabench.images import Case, OutputView
from iqabench.metrics import (
    Column,
    Metric,
    SetMetric,
    any_column,
    attempts,
    metrics,
    require_files,
    scores,
    set_metrics,
)
from iqabench.metrics.shared.feature_moments import Floats, Rows
from iqabench.protocols import protocol

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 44, 3), np.uint8)
FILE = RemoteFile("they/weights.pt", None, "0" * 64, 5)


def column_of(function: Callable[[object], float], name: str = "mine") -> Column:
    return Column(replace(metrics().get("psnr"), name=name, function=function), protocol("rgb"))


def raising(error: BaseException) -> Callable[[object], float]:
    def function(_: object) -> float:
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("no such\nlevel"), r"mine raised ValueError: no such level"),
        (IndexError(), r"mine raised IndexError\."),
        (RuntimeError("x"), "mine raised RuntimeError: x"),
        (MemoryError(), r"mine raised MemoryError\."),
        (torch.OutOfMemoryError("CUDA out of memory"), "mine raised OutOfMemoryError: CUDA out"),
        (MetricError("mine is not defined here."), r"^mine is not defined here\.$"),
    ],
)
@pytest.mark.parametrize("others", [1, 5])
def test_what_a_metric_raises_is_the_error_of_its_column(
    error: Exception, said: str, others: int
) -> None:
    psnr = column_of(metrics().get("psnr").function, "psnr")
    columns = [psnr] * others + [column_of(raising(error)), psnr]
    *values, failed, last = attempts(columns, Case(IMAGE, 255 - IMAGE))
    assert values == [last] * others
    assert isinstance(last, float)
    assert isinstance(failed, MetricError)
    with pytest.raises(MetricError, match=said):
        raise failed
    with pytest.raises(MetricError, match=said) as caught:
        scores([columns[-2]], Case(IMAGE, IMAGE))
    assert caught.value is error or caught.value.__cause__ is error


def test_an_interrupt_is_no_value() -> None:
    with pytest.raises(KeyboardInterrupt):
        attempts([column_of(raising(KeyboardInterrupt()))], Case(IMAGE, IMAGE))


def test_what_is_no_number_is_an_error() -> None:
    wrong: Callable[[object], float] = lambda _: None  # type: ignore[assignment,return-value]  # noqa: E731
    [failed] = attempts([column_of(wrong)], Case(IMAGE, IMAGE))
    assert "mine raised TypeError" in str(failed)


@pytest.mark.parametrize("step", ["features", "keep", "distance"])
def test_a_set_metric_that_raises(step: str) -> None:
    def wrong(*_: object) -> float:
        raise KeyError("bins")

    def mean(seen: OutputView) -> Floats:
        return np.asarray(seen.output.mean((0, 1))[None], np.float64)

    def keep(features: Iterable[Floats]) -> Rows:
        return Rows.gathered(features)

    facts: dict[str, Any] = {
        **{"name": "mine", "title": "t", "better": "lower", "source": "s"},
        **{"identical": 0.0, "least_images": 1},
        **{"features": mean, "keep": keep, "distance": lambda *_: 0.0, step: wrong},
    }
    part = SetMetric(**facts)
    with pytest.raises(MetricError, match=r"^mine raised KeyError: 'bins'$"):
        part(*(part.gather(part.look(OutputView(IMAGE)) for _ in range(2)) for _ in range(2)))


def test_files_are_asked_for_once_a_metric() -> None:
    seen: list[str] = []
    part = replace(metrics().get("psnr"), requirement=seen.append)
    require_files([Column(part, protocol(name)) for name in ("rgb", "sr-y")])
    assert seen == ["psnr"]
    require_files([])


def test_columns_that_lack_a_file_are_named() -> None:
    """They cost only themselves, unless no column is left."""
    first, second = (
        Column(replace(metrics().get("psnr"), name=name, files=(FILE,)), protocol("rgb"))
        for name in ("first", "second")
    )
    lacking = require_files([any_column("ssim"), first, second])
    assert list(lacking) == ["first", "second"]
    with pytest.raises(MetricWeightsError, match="first needs what its authors fitted") as caught:
        require_files([first, second])
    for message in (lacking["first"], str(caught.value)):
        for word in ("they/weights.pt", "iqabench fetch first --from FOLDER", "IQABENCH_MIRROR"):
            assert word in message


@pytest.mark.parametrize("part", [*metrics(), *set_metrics()], ids=lambda part: part.name)
def test_every_metric_says_what_it_lacks(part: Metric | SetMetric) -> None:
    """In an empty home, without mirror and network."""
    if not (part.files or part.requirement):
        part.require()
        return
    with pytest.raises(MetricWeightsError, match=f"^{part.name} (needs|has no)"):
        part.require()


def test_unknown_metrics_lead_to_the_list_and_to_plugins() -> None:
    with pytest.raises(
        Exception, match=r"'iqabench list metrics' .* the README .* plugins"
    ) as caught:
        any_column("musiq")
    assert not isinstance(caught.value, UsageError)
