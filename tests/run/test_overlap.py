"""Images are scored beside the model: the order is kept, and so is the end of a run."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from iqabench.metrics import column
from iqabench.models.core.load import load_model
from iqabench.run import overlap
from iqabench.run.overlap import map_beside, scoring_threads

PSNR = column("psnr", "rgb")


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_results_come_in_order(threads: int) -> None:
    assert list(map_beside(lambda n: n * n, range(8), threads)) == [n * n for n in range(8)]


def test_work_is_done_while_the_next_item_is_made() -> None:
    begun, made = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        yield 1
        assert begun.wait(30)  # the work on the first has begun before the second is made
        made.set()
        yield 2

    def work(item: int) -> int:
        begun.set()
        assert made.wait(30)
        return item

    assert list(map_beside(work, items(), 1)) == [1, 2]


def test_without_threads_an_item_waits_for_the_work_before_it() -> None:
    done: list[int] = []

    def items() -> Iterator[int]:
        for n in range(3):
            assert len(done) == n
            yield n

    list(map_beside(done.append, items(), 0))


@pytest.mark.parametrize("threads", [0, 1, 2])
@pytest.mark.parametrize("ending", [KeyboardInterrupt, MemoryError])
def test_what_was_made_before_an_interrupt_is_kept(
    threads: int, ending: type[BaseException]
) -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ending

    kept: list[int] = []
    with pytest.raises(ending):
        kept.extend(map_beside(lambda n: n, items(), threads))
    assert kept == [1, 2]


def test_an_error_of_the_work_is_raised_in_its_place() -> None:
    results = map_beside(lambda n: 1 // n, [1, 0, 1, 1], 1)
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_a_reader_may_stop_early() -> None:
    results = map_beside(lambda n: n, iter(range(100)), 2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("cores", "torch_threads", "threads"), [(1, 1, 0), (2, 2, 0), (2, 1, 1), (16, 4, 4), (4, 8, 0)]
)
def test_scoring_gets_the_processors_that_the_network_leaves(
    monkeypatch: pytest.MonkeyPatch, cores: int, torch_threads: int, threads: int
) -> None:
    monkeypatch.setattr(overlap, "usable_cores", lambda: cores)
    monkeypatch.setattr(torch, "get_num_threads", lambda: torch_threads)
    assert scoring_threads(load_model("pocket", 4), [PSNR]) == threads


def test_columns_that_run_networks_are_scored_by_one_thread_or_by_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overlap, "usable_cores", lambda: 16)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    model = load_model("pocket", 4)
    assert scoring_threads(model, [PSNR, column("lpips", "rgb")]) == 1
    restored = replace(PSNR, protocol=PSNR.protocol.model_copy(update={"reference": "restored"}))
    assert scoring_threads(model, [PSNR, restored]) == 0
