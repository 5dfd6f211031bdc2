"""The scheduler: what each worker does next, and what becomes of items whose worker is lost."""

import pytest

from iqabench.run.executors.scheduling import (
    Assignment,
    FailedItem,
    SchedulePolicy,
)
from run.executors.expected import SINGLES, job, names, open_next, run_next, started


def test_one_worker_opens_the_job_and_runs_its_items_in_order() -> None:
    scheduler = started([job("a", "m")], "w", policy=SINGLES)
    assert scheduler.next_for("w") == Assignment("a")
    assert scheduler.next_for("w") is None
    scheduler.opened("w", ["y", "x"])
    assert run_next(scheduler, "w") == Assignment("a", ("y",))
    assert not scheduler.is_finished
    assert run_next(scheduler, "w") == Assignment("a", ("x",))
    assert scheduler.is_finished
    assert scheduler.is_job_finished("a")
    assert scheduler.next_for("w") is None


def test_a_job_without_items_is_finished_when_it_is_opened() -> None:
    scheduler = started([job("a", "m")], "w")
    open_next(scheduler, "w", 0)
    assert scheduler.is_finished


def test_a_worker_stays_with_its_model_and_others_take_free_models_longest_first() -> None:
    jobs = [job("a1", "a", 1), job("a2", "a", 1), job("b", "b", 9), job("c", "c", 5)]
    scheduler = started(jobs, "v", "w")
    assert open_next(scheduler, "v", 1) == "b"
    assert open_next(scheduler, "w", 1) == "c"
    run_next(scheduler, "v")
    assert open_next(scheduler, "v", 1) == "a1"
    run_next(scheduler, "v")
    assert open_next(scheduler, "v", 1) == "a2"


def test_chunks_become_smaller_towards_the_end() -> None:
    scheduler = started([job("a", "m", 100)], "v", "w")
    open_next(scheduler, "v", 100)
    sizes = []
    while not scheduler.is_finished:
        sizes.append(len(run_next(scheduler, "v").items))
    assert sum(sizes) == 100
    assert sizes[0] == 16
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


def test_chunks_of_long_items_are_short() -> None:
    scheduler = started([job("a", "m", 100, item_s=2.0)], "v")
    open_next(scheduler, "v", 100)
    assert len(run_next(scheduler, "v").items) == 2


@pytest.mark.parametrize(("items", "helps"), [(10, False), (40, True)])
def test_a_worker_helps_where_more_is_left_than_loading_takes(items: int, helps: bool) -> None:
    scheduler = started([job("a", "m", items, item_s=1.0, load_s=20.0)], "v", "w", policy=SINGLES)
    open_next(scheduler, "v", items)
    assert scheduler.next_for("w") == (Assignment("a") if helps else None)


def test_measured_times_replace_expected_ones() -> None:
    scheduler = started([job("a", "m", 9, item_s=0.1, load_s=5.0)], "v", "w", policy=SINGLES)
    assert scheduler.next_for("v") == Assignment("a")
    scheduler.opened("v", names(9), seconds=3.0)
    assert scheduler.next_for("w") is None
    task = scheduler.next_for("v")
    assert task is not None
    scheduler.finished("v", task.items[0], seconds=1.0)
    assert scheduler.next_for("w") == Assignment("a")


def test_without_splitting_a_job_has_one_worker() -> None:
    scheduler = started([job("a", "m", 9)], "v", "w", policy=SchedulePolicy(splits=False))
    open_next(scheduler, "v", 9)
    assert scheduler.next_for("w") is None


def test_the_item_in_flight_is_tried_once_more_alone_and_then_failed() -> None:
    scheduler = started([job("a", "m", 40)], "v", "w")
    open_next(scheduler, "v", 40)
    task = scheduler.next_for("v")
    assert task is not None
    poison = task.items[1]
    scheduler.finished("v", task.items[0])
    assert scheduler.lost("v", "killed", [poison]) == []
    open_next(scheduler, "w", 40)
    done = [task.items[0]]
    while (task := scheduler.next_for("w")) and poison not in task.items:
        done += task.items
        assert all(scheduler.finished("w", item) for item in task.items)
    assert task == Assignment("a", (poison,))
    assert scheduler.lost("w", "killed again") == [FailedItem("a", poison, "killed again")]
    assert scheduler.is_finished
    assert sorted([*done, poison]) == names(40)


def test_all_items_of_a_chunk_are_suspect_when_the_one_in_flight_is_unknown() -> None:
    scheduler = started([job("a", "m", 40)], "v")
    open_next(scheduler, "v", 40)
    first = scheduler.next_for("v")
    assert first is not None
    scheduler.lost("v", "killed")
    scheduler.joined("w")
    open_next(scheduler, "w", 40)
    chunks = []
    while not scheduler.is_finished:
        chunks.append(run_next(scheduler, "w").items)
    assert chunks[-len(first.items) :] == [(item,) for item in first.items]


def test_lost_nodes_are_hardly_charged_to_an_item() -> None:
    scheduler = started([job("a", "m", 1)], policy=SINGLES)
    for count in range(8):
        scheduler.joined("w")
        open_next(scheduler, "w", 1)
        assert scheduler.next_for("w") == Assignment("a", ("000",))
        failed = scheduler.lost("w", "the node went away", node_lost=True)
        assert bool(failed) == (count == 7)


def test_a_result_of_a_lost_worker_does_not_count() -> None:
    scheduler = started([job("a", "m", 1)], "v")
    open_next(scheduler, "v", 1)
    scheduler.next_for("v")
    scheduler.lost("v", "killed")
    assert not scheduler.finished("v", "000")
    assert not scheduler.finished("nobody", "000")


def test_a_job_whose_opening_cost_two_workers_fails_and_others_go_on() -> None:
    scheduler = started([job("bad", "m", 9), job("good", "n", 1)], "u", "v", "w")
    assert scheduler.next_for("u") == Assignment("bad")
    assert scheduler.lost("u", "killed") == []
    assert scheduler.next_for("v") == Assignment("bad")
    assert scheduler.lost("v", "killed") == [FailedItem("bad", "", "killed")]
    assert open_next(scheduler, "w", 1) == "good"
    run_next(scheduler, "w")
    assert scheduler.is_finished


def test_a_refused_job_goes_to_another_worker_and_fails_when_that_refuses_too() -> None:
    scheduler = started([job("a", "m")], "v", "w")
    scheduler.next_for("v")
    assert scheduler.refused("v", "no weights") == []
    assert scheduler.next_for("v") is None
    assert scheduler.next_for("w") == Assignment("a")
    assert scheduler.refused("w", "no weights") == [FailedItem("a", "", "no weights")]
    assert scheduler.is_finished


def test_the_only_worker_refuses_once() -> None:
    scheduler = started([job("a", "m")], "v")
    scheduler.next_for("v")
    assert scheduler.refused("v", "no weights") == [FailedItem("a", "", "no weights")]


def test_a_refused_helper_leaves_the_job_to_those_that_have_it() -> None:
    scheduler = started([job("a", "m", 9)], "v", "w", policy=SINGLES)
    open_next(scheduler, "v", 9)
    assert scheduler.next_for("w") == Assignment("a")
    assert scheduler.refused("w", "no weights") == []
    assert scheduler.next_for("w") is None
    while not scheduler.is_finished:
        run_next(scheduler, "v")


def test_work_of_a_lost_worker_goes_to_one_that_refused_when_nobody_else_is_left() -> None:
    scheduler = started([job("a", "m", 2)], "v", "w", policy=SINGLES)
    open_next(scheduler, "v", 2)
    scheduler.next_for("w")
    scheduler.refused("w", "no weights")
    scheduler.lost("v", "killed")
    assert scheduler.next_for("w") == Assignment("a")
    assert scheduler.refused("w", "no weights") == [
        FailedItem("a", "000", "no weights"),
        FailedItem("a", "001", "no weights"),
    ]


def test_a_retired_worker_gives_its_items_back_uncharged() -> None:
    scheduler = started([job("a", "m", 4)], "v", "w", policy=SINGLES)
    open_next(scheduler, "v")
    task = scheduler.next_for("v")
    assert scheduler.retired("v", "the disk is full") == []
    assert scheduler.workers == ("w",)
    open_next(scheduler, "w")
    assert scheduler.next_for("w") == task
    assert scheduler.lost("w", "killed") == []


def test_everything_fails_with_the_reason_when_no_worker_is_left() -> None:
    scheduler = started([job("a", "m", 2), job("b", "n", 1)], "v", policy=SINGLES)
    open_next(scheduler, "v", 2)
    scheduler.retired("v", "no GPU")
    assert not scheduler.workers
    assert scheduler.abandon("no worker is left") == [
        FailedItem("a", "000", "no worker is left"),
        FailedItem("a", "001", "no worker is left"),
        FailedItem("b", "", "no worker is left"),
    ]
    assert scheduler.is_finished


def test_a_failed_item_is_not_tried_again() -> None:
    scheduler = started([job("a", "m", 1)], "v")
    open_next(scheduler, "v", 1)
    scheduler.next_for("v")
    assert scheduler.failed("v", "000", "too slow") == [FailedItem("a", "000", "too slow")]
    assert scheduler.failed("v", "000", "too slow") == []
    assert scheduler.is_finished
