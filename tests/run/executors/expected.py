"""Jobs that a scheduler expects, and workers that begin them."""

from iqabench.run.executors.scheduling import (
    Assignment,
    ExpectedJob,
    SchedulePolicy,
    Scheduler,
)

SINGLES = SchedulePolicy(most_items=1)


def job(name: str, model: str, items: int = 4, **costs: float) -> ExpectedJob:
    return ExpectedJob(name, model, items, **costs)


def names(count: int) -> list[str]:
    return [f"{index:03}" for index in range(count)]


def started(
    jobs: list[ExpectedJob], *workers: str, policy: SchedulePolicy | None = None
) -> Scheduler:
    scheduler = Scheduler(jobs, policy)
    for worker in workers:
        scheduler.joined(worker)
    return scheduler


def open_next(scheduler: Scheduler, worker: str, count: int = 4) -> str:
    """Take an opening for the worker, and open the job with so many items."""
    task = scheduler.next_for(worker)
    assert task is not None
    assert task.items == ()
    scheduler.opened(worker, names(count))
    return task.job


def run_next(scheduler: Scheduler, worker: str) -> Assignment:
    """Take items for the worker, and finish them."""
    task = scheduler.next_for(worker)
    assert task is not None
    assert task.items
    assert all(scheduler.finished(worker, item) for item in task.items)
    return task
