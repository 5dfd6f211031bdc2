"""The registry of metrics over a set: beside that of metrics of a pair, on one folder."""

import subprocess
import sys

import numpy as np
import pytest

from iqabench.errors import DuplicateNameError, MetricError, UnknownNameError
from iqabench.images import OutputView
from iqabench.metrics import SetMetric, metric, metrics, over_set, set_metrics
from iqabench.metrics.shared.feature_moments import Floats, Rows
from iqabench.registry import Registry


def mean_colour(seen: OutputView) -> Floats:
    return np.asarray(seen.output.mean((0, 1))[None], np.float64)


def apart(one: Rows, other: Rows) -> float:
    return float(np.abs(one.features.mean(0) - other.features.mean(0)).max())


@pytest.fixture
def two_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both registries, new: what a test registers is gone behind it."""
    pairs: Registry[object] = Registry("metric", "iqabench.metrics", "none.of.pairs")
    sets: Registry[object] = Registry("set metric", "iqabench.metrics", "none.of.sets", pairs)
    monkeypatch.setattr("iqabench.metrics.core.metric._registry", pairs)
    monkeypatch.setattr("iqabench.metrics.core.set_metric._registry", sets)


def register_over_set(name: str) -> None:
    mean_colour.__name__ = name
    over_set(
        title="A title",
        source="-",
        better="lower",
        identical=0.0,
        least_images=2,
        unit="8-bit levels",
        gather=Rows.gathered,
        distance=apart,
        min_size=3,
    )(mean_colour)


def register_of_pairs(name: str) -> None:
    def found(pair: object) -> float:
        return 0.0

    found.__name__ = name
    metric(title="A title", source="-", better="lower", identical=0.0)(found)


@pytest.mark.parametrize("first", ["metrics", "set_metrics"])
def test_whichever_is_asked_first_fills_both(first: str) -> None:
    second = {"metrics": "set_metrics", "set_metrics": "metrics"}[first]
    code = (
        f"from iqabench.metrics import metrics, set_metrics\nnames = {first}().names()\n"
        f"assert names == {first}().names() and {second}().names()\n"
        "assert 'psnr' in metrics().names() and 'psnr' not in set_metrics().names()\n"
        "assert 'fid' in set_metrics().names() and 'fid' not in metrics().names()\n"
        "import sys; assert 'torch' not in sys.modules, 'the scan is light'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_kinds_are_told_apart() -> None:
    assert all(isinstance(part, SetMetric) for part in set_metrics())
    with pytest.raises(UnknownNameError, match="no set metric is called 'psnr'"):
        set_metrics().get("psnr")
    with pytest.raises(UnknownNameError, match="no metric is called 'kid'"):
        metrics().get("kid")


@pytest.mark.usefixtures("two_empty")
def test_a_name_is_taken_once_over_both_kinds() -> None:
    register_over_set("one")
    register_of_pairs("other")
    with pytest.raises(DuplicateNameError, match="a set metric and a metric are called 'one'"):
        register_of_pairs("one")
    with pytest.raises(DuplicateNameError, match="a metric and a set metric are called 'other'"):
        register_over_set("other")
    with pytest.raises(DuplicateNameError, match="two set metrics are called 'one'"):
        register_over_set("one")


@pytest.mark.usefixtures("two_empty")
def test_a_metric_from_outside() -> None:
    register_over_set("colour_apart")
    part = set_metrics().get("colour_apart")
    images = [np.full((3, 4, 3), level, np.uint8) for level in (10, 20, 60)]
    targets = part.gather(part.look(OutputView(image)) for image in images)
    outputs = part.gather(part.look(OutputView(image + 9)) for image in images)
    assert part(targets, targets) == part.identical
    assert part(outputs, targets) == 9
    assert part.unit == "8-bit levels"
    with pytest.raises(MetricError, match="colour_apart needs at least 3 pixels a side; 4x2 are"):
        part.look(OutputView(images[0][:2]))
    with pytest.raises(MetricError, match="needs at least 2 images; there are 1"):
        part(part.gather([part.look(OutputView(images[0]))]), targets)
