"""Wishes about where work is done: contradictions are refused in plain words, before any work."""

from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from iqabench.errors import UsageError
from iqabench.run import Options, evaluate, plan
from iqabench.run.executors import executor as choice
from iqabench.run.executors.job import Executor
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.store import Store


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"executor": "ray"},
        {"executor": "ray", "address": "auto"},
        {"executor": "ray", "address": "10.0.0.1:6379"},
        {"executor": "ray", "address": "[::1]:6379"},
        {"executor": "ray", "address": "head.example.org:6379", "workers": 4, "score_workers": 0},
        {"executor": "ray", "gpus_per_worker": 0.25},
        {"executor": "ray", "gpus_per_worker": 2.0, "image_limit_s": 60},
        {"executor": "ray", "cpus_per_worker": 8, "mixed_versions": True},
    ],
)
def test_wishes_that_agree_are_taken(
    wishes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    Placement(**wishes).check()


RAY = {"executor": "ray"}


@pytest.mark.parametrize(
    ("wishes", "device", "message"),
    [
        ({"executor": "slurm"}, "auto", "no executor 'slurm'; expected local or ray"),
        ({"workers": 2}, "auto", "--workers needs --executor ray"),
        ({"address": "auto", "workers": 2}, "auto", "--address, --workers need --executor ray"),
        ({"image_limit_s": 9.0}, "auto", "--time-limit needs --executor ray"),
        ({"mixed_versions": True}, "auto", "--mixed-versions needs --executor ray"),
        (RAY | {"workers": 0}, "auto", "workers is 0; expected a whole number of 1 or more"),
        (RAY | {"workers": True}, "auto", "workers is True"),
        (RAY | {"cpus_per_worker": 1.5}, "auto", "cpus_per_worker is 1.5"),
        (RAY | {"score_workers": -1}, "auto", "score_workers is -1"),
        (RAY | {"image_limit_s": 0}, "auto", "the time limit is 0; expected seconds above 0"),
        (RAY | {"image_limit_s": float("nan")}, "auto", "the time limit is nan"),
        (RAY | {"gpus_per_worker": -0.5}, "auto", "gpus_per_worker is -0.5"),
        (RAY | {"gpus_per_worker": 1.5}, "auto", "cannot have 1.5 GPUs.* --gpus-per-worker 2"),
        (RAY | {"gpus_per_worker": 0.5}, "cpu", "0.5 and --device cpu contradict"),
        (RAY | {"gpus_per_worker": 0}, "cuda", "0 and --device cuda contradict"),
        (RAY, "cuda:1", "use --device cuda"),
        (RAY | {"address": "10.0.0.1"}, "auto", "--address is '10.0.0.1'; expected HOST:PORT"),
        (RAY | {"address": "10.0.0.1:99999"}, "auto", "expected HOST:PORT"),
        (RAY | {"address": "::1:6379"}, "auto", "expected HOST:PORT"),
        (RAY | {"address": "ray://10.0.0.1:10001"}, "auto", "Ray Client .* not supported"),
        (RAY | {"address": 6379}, "auto", "the address is 6379"),
    ],
)
def test_contradictions_are_refused(wishes: dict[str, Any], device: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Placement(**wishes).check(device)


def test_the_cluster_of_the_environment_is_used_by_ray_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "http://10.0.0.1:8265")
    LOCAL.check()
    with pytest.raises(UsageError, match="RAY_ADDRESS is 'http:"):
        Placement(executor="ray").check()
    assert Placement(executor="ray", address="auto").cluster == "auto"
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert Placement(executor="ray").cluster == "10.0.0.1:6379"


def test_no_workers_are_started_when_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    asked: list[str] = []

    def executor_of(placement: Placement, *others: Any) -> AbstractContextManager[Executor]:
        asked.append(placement.executor)
        return choice.executor_of(Placement(), *others)

    module = import_module("iqabench.run.evaluate")  # the package has a function of that name
    monkeypatch.setattr(module, "executor_of", executor_of)
    cells, store = plan(["bicubic"], ["demo"], ["psnr"], 4), Store(tmp_path / "store")
    on_ray = Placement(executor="ray")
    first = evaluate(cells, store, Options(limit=2), placement=on_ray)
    second = evaluate(cells, store, Options(limit=2), placement=on_ray)
    evaluate(cells, store, Options(limit=2, force=True), placement=on_ray)
    evaluate(cells, store, Options(limit=3), placement=on_ray)
    assert asked == ["ray", "local", "ray", "ray"]
    assert (first.done, first.skipped) == (2, 0)
    assert (second.done, second.skipped) == (0, 2)
