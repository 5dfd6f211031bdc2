"""The advice on workers: what was measured, and what to type."""

import pytest
import torch

from iqabench.models.core.load import load_model
from iqabench.run import core_use
from iqabench.run.core_use import CoreUse, advice, measure_core_use


def test_both_ways_are_measured_and_torch_keeps_its_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(core_use, "usable_cores", lambda: 2)
    threads = torch.get_num_threads()
    use = measure_core_use(load_model("pocket", 4), seconds=0.1)
    assert (use.model, use.cores, use.threads) == ("pocket", 2, threads)
    assert min(use.process_speed, use.workers_speed) > 0
    assert torch.get_num_threads() == threads


def test_workers_are_advised_where_they_are_clearly_faster() -> None:
    words = advice(CoreUse("pocket", 2, 2, 40.0, 60.0))
    assert (
        "pocket with inputs of 128x128, in images per second: 40 one after the other with 2 th"
        in words
    )
    assert "60 with 2 at a time of one thread each; " in words
    assert "add --executor ray --workers 2 --cpus-per-worker 1" in words


@pytest.mark.parametrize("workers_speed", [20.0, 43.0])
def test_workers_are_not_advised_elsewhere(workers_speed: float) -> None:
    use = CoreUse("pocket", 2, 1, 40.0, workers_speed)
    assert advice(use).endswith("workers would not be faster here")
    assert "in images per second: 40 one after the other with one thread," in advice(use)
    assert not CoreUse("pocket", 1, 1, 40.0, 60.0).favours_workers
