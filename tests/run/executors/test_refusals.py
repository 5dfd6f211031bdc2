"""What is asked of a cluster in vain is refused in plain words; no Ray is started here."""

import socket
import sys
from dataclasses import replace
from typing import Any

import pytest

from iqabench.errors import ExecutorError
from iqabench.run.executors.placement import Placement
from iqabench.run.executors.ray import cluster
from iqabench.run.executors.ray.crew import Crew
from iqabench.run.executors.ray.worker import WorkerFacts
from iqabench.run.progress import UNWATCHED


class FakeRay:
    """The part of Ray that is asked before any worker starts; `resources` are those of its nodes."""

    def __init__(self, *resources: dict[str, float], error: Exception | None = None) -> None:
        self.resources, self.error = resources, error

    def is_initialized(self) -> bool:
        return False

    def init(self, **_: object) -> None:
        if self.error:
            raise self.error

    def shutdown(self) -> None:
        pass

    def nodes(self) -> list[dict[str, Any]]:
        return [{"Alive": True, "Resources": each} for each in self.resources]


@pytest.fixture
def listening() -> Any:
    """Give an address at which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _join(address: str) -> None:
    placement = Placement(executor="ray", address=address)
    with cluster.ray_cluster(placement, "cpu", UNWATCHED):
        pass


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ExecutorError, match=r"pip install 'iqabench\[ray\]'"):
        _join("127.0.0.1:6379")


def test_an_address_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", FakeRay())
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ExecutorError, match=f"no Ray cluster answers at {address}: .*ray start"):
        _join(address)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("Version mismatch:\nThe cluster was started with:\n  Ray: 2.53.0"), "Ray: 2.53.0"),
        (ValueError("the authentication token is invalid or incorrect."), "refused the token"),
        (OSError("Token is enabled but no authentication token was found."), "has no token for"),
        (Exception("The current node timed out during startup."), "timed out during startup"),
    ],
)  # fmt: skip
def test_a_cluster_that_cannot_be_joined_says_why(
    error: Exception, told: str, listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", FakeRay(error=error))
    with pytest.raises(ExecutorError, match=f"cluster at {listening}") as caught:
        _join(listening)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("wishes", "device", "told"),
    [
        ({"workers": 5}, "cpu", "5 workers with 1 core each do not fit: .* room for 4. Use --workers 4"),
        ({"cpus_per_worker": 4}, "cpu", "no machine of the cluster has 4 cores"),
        ({"gpus_per_worker": 1}, "auto", "the cluster has no GPU. Use --device cpu"),
        ({}, "cuda", "the cluster has no GPU"),
    ],
)  # fmt: skip
def test_more_than_the_cluster_has_is_refused(
    wishes: dict[str, Any], device: str, told: str
) -> None:
    ray = FakeRay({"CPU": 1.0}, {"CPU": 3.0})
    with pytest.raises(ExecutorError, match=told):
        Crew(ray, Placement(executor="ray", **wishes), device)


def test_versions_are_compared_by_name() -> None:
    here = WorkerFacts.here()
    old = replace(here, iqabench="0.1.0")
    assert here.differences(here) == []
    assert old.differences(here) == [f"iqabench 0.1.0 instead of {here.iqabench}"]
