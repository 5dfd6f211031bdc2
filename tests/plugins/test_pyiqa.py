"""The plugin on pyiqa, with a pyiqa that is not pyiqa: it notes what it is asked, and draws."""

import importlib
import random
import socket
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from iqabench.errors import MetricWeightsError
from iqabench.images import OutputView
from iqabench.metrics import Metric
from iqabench.metrics.core import metric as _metric
from iqabench.registry import Registry

FOLDER = Path(__file__).parents[2] / "plugins" / "iqabench-pyiqa"
NAMES = sorted(
    path.stem for path in (FOLDER / "iqabench_pyiqa").glob("*.py") if path.name[0] != "_"
)


class Fake(ModuleType):
    """As much of pyiqa as the plugin touches."""

    def __init__(self) -> None:
        super().__init__("pyiqa")
        self.__spec__ = ModuleSpec("pyiqa", None)
        self.created: list[tuple[str, str]] = []
        self.seen: list[Tensor] = []
        self.failure: Exception | None = None
        self.reaches_out = False

    def create_metric(self, name: str, device: str) -> Any:
        print("Downloading weights")  # noqa: T201 - so does pyiqa
        if self.reaches_out:
            socket.create_connection(("127.0.0.1", 9), timeout=1)
        if self.failure:
            raise self.failure
        self.created.append((name, device))

        def metric(image: Tensor) -> Tensor:
            self.seen.append(image)
            drawn = random.random() + np.random.random() + float(torch.rand(()))
            return (image.mean() + drawn).reshape(1, 1)

        return metric


def forget_plugin() -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == "iqabench_pyiqa"]:
        del sys.modules[name]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry[Metric]]:
    """A registry of the plugin's metrics alone, found as an installed plugin's are."""
    empty = tmp_path / "no_metrics"
    empty.mkdir()
    (empty / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(FOLDER))
    found: Registry[Metric] = Registry("metric", "no_metrics", "iqabench.metrics")
    monkeypatch.setattr(_metric, "_registry", found)
    point = EntryPoint("pyiqa", "iqabench_pyiqa", "iqabench.metrics")
    monkeypatch.setattr("iqabench.registry.entry_points", lambda group: EntryPoints([point]))
    forget_plugin()
    yield found
    forget_plugin()
    sys.modules.pop("no_metrics", None)


@pytest.fixture
def pyiqa(monkeypatch: pytest.MonkeyPatch) -> Fake:
    fake = Fake()
    monkeypatch.setitem(sys.modules, "pyiqa", fake)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # so that it is put back
    monkeypatch.delenv("HF_HUB_OFFLINE")
    return fake


def noisy(*shape: int) -> OutputView:
    return OutputView(np.random.default_rng(0).integers(0, 256, shape, np.uint8))


def test_its_metrics_are_registered(registry: Registry[Metric], pyiqa: Fake) -> None:
    assert registry.names() == NAMES
    assert {"musiq", "maniqa", "topiq_nr", "hyperiqa", "nima", "liqe"} <= set(NAMES)
    for part in registry:
        assert part.title.endswith("(pyiqa, non-commercial)")
        assert (part.reference, part.better, part.colour) == ("none", "higher", True)
        assert Path(registry.origin(part.name).rpartition(":")[0]).stem == part.name
        assert part.function.__doc__
        assert part.cost > 1
    assert not pyiqa.created, "listing must not load networks"


def test_without_pyiqa_there_are_none(
    registry: Registry[Metric], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert registry.names() == []


def test_each_asks_pyiqa_for_its_own_name(registry: Registry[Metric], pyiqa: Fake) -> None:
    for name in NAMES:
        registry.get(name)(noisy(20, 24, 3))
    assert pyiqa.created == [(name, "cpu") for name in NAMES]


@pytest.mark.parametrize("channels", [1, 3])
def test_what_pyiqa_is_shown(registry: Registry[Metric], pyiqa: Fake, channels: int) -> None:
    seen = noisy(20, 24, channels)
    registry.get("musiq")(seen)
    [image] = pyiqa.seen
    assert image.shape == (1, 3, 20, 24)
    assert image.dtype == torch.float32
    expected = np.broadcast_to(seen.output, (20, 24, 3)) / 255
    assert np.allclose(image[0].permute(1, 2, 0).numpy(), expected, atol=1e-7)


def test_values_outside_of_the_range_are_clipped(registry: Registry[Metric], pyiqa: Fake) -> None:
    """Pyiqa refuses them."""
    registry.get("musiq")(OutputView(np.array([[[-3.0, 0, 258]]] * 20, np.float32)))
    assert [float(pyiqa.seen[0].min()), float(pyiqa.seen[0].max())] == [0, 1]


def test_every_image_has_one_score(registry: Registry[Metric], pyiqa: Fake) -> None:
    maniqa, seen = registry.get("maniqa"), noisy(20, 24, 3)
    first = maniqa(seen)
    random.seed(7)
    np.random.seed(7)
    torch.manual_seed(7)
    assert maniqa(seen) == first
    assert len(pyiqa.created) == 1


def test_what_others_draw_is_not_disturbed(registry: Registry[Metric], pyiqa: Fake) -> None:
    def draw(between: bool) -> tuple[float, float, float]:
        random.seed(7)
        np.random.seed(7)
        torch.manual_seed(7)
        if between:
            registry.get("maniqa")(noisy(20, 24, 3))
        return random.random(), np.random.random(), float(torch.rand(()))

    assert draw(between=True) == draw(between=False)


def test_missing_weights_are_told(
    registry: Registry[Metric], pyiqa: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    pyiqa.failure = FileNotFoundError("no such file: musiq.pth")
    with pytest.raises(MetricWeightsError, match="musiq: pyiqa could not load it") as caught:
        registry.get("musiq")(noisy(20, 24, 3))
    for word in ("FileNotFoundError", "musiq.pth", "IQABENCH_OFFLINE"):
        assert word in str(caught.value)
    assert not capsys.readouterr().out, "what it prints must not stand in a table"
    pyiqa.failure = None
    assert registry.get("musiq")(noisy(20, 24, 3)) > 0


def test_offline_it_cannot_reach_the_network(
    registry: Registry[Metric], pyiqa: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyiqa.reaches_out = True
    for value, said in (("1", "IQABENCH_OFFLINE forbids the network"), ("0", "refused")):
        monkeypatch.setenv("IQABENCH_OFFLINE", value)
        with pytest.raises(MetricWeightsError, match=said):
            registry.get("musiq")(noisy(20, 24, 3))


def test_the_guard_lets_others_through(registry: Registry[Metric], pyiqa: Fake) -> None:
    registry.get("musiq")(noisy(20, 24, 3))
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_its_metadata_announce_it() -> None:
    tomllib = importlib.import_module("tomllib")
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["iqabench.metrics"] == {"pyiqa": "iqabench_pyiqa"}
    assert all(f"`{name}`" in (FOLDER / "README.md").read_text() for name in NAMES)
