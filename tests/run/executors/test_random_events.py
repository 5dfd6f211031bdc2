"""The scheduler under random events: no item is lost, none is done twice."""

import random
from collections import Counter

from iqabench.run.executors.scheduling import (
    Assignment,
    FailedItem,
    SchedulePolicy,
)
from run.executors.expected import job, names, started


class Trial:
    """A sweep with random events; poison items and jobs cost their worker its life."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        choose = self.random
        self.jobs = {f"job {index}": names(choose.choice([0, 1, 2, 7, 30])) for index in range(6)}
        expected = [
            job(
                name,
                f"model {choose.randrange(4)}",
                len(items) + choose.randrange(3),
                **choose.choice([{}, {"item_s": 1.0, "load_s": choose.choice([0.0, 5.0])}]),
            )
            for name, items in self.jobs.items()
        ]
        policy = SchedulePolicy(
            splits=choose.random() < 0.8, has_affinity=choose.random() < 0.8, most_items=4
        )
        self.scheduler = started(expected, *names(choose.randint(1, 6)), policy=policy)
        self.poison = {
            (name, item)
            for name, items in self.jobs.items()
            for item in items
            if choose.random() < 0.03
        }
        self.bad_jobs = {name for name in self.jobs if choose.random() < 0.1}
        self.risk = choose.choice([0.0, 0.0, 0.02, 0.1])
        self.attempts: Counter[tuple[str, str]] = Counter()
        self.done: Counter[tuple[str, str]] = Counter()
        self.failed: list[FailedItem] = []
        self.next_worker = 100

    def run(self) -> None:
        idle = 0
        while not self.scheduler.is_finished:
            workers = self.scheduler.workers
            if not workers:
                self.failed += self.scheduler.abandon("nobody is left")
                continue
            worker = self.random.choice(workers)
            before = self.scheduler.current(worker)
            task = before or self.scheduler.next_for(worker)
            idle = 0 if task else idle + 1
            assert idle < 500, "work is left, and nobody is given any"
            if task is not None:
                self._step(worker, task)

    def _step(self, worker: str, task: Assignment) -> None:
        event = self.random.random()
        item = task.items[0] if task.items else ""
        if event < self.risk / 4:
            self.failed += self.scheduler.retired(worker, "unfit")
        elif event < self.risk or (task.job, item) in self.poison:
            self._lose(worker, item)
        elif not item and task.job in self.bad_jobs:
            self.failed += self.scheduler.refused(worker, "refused")
        elif not item:
            self.scheduler.opened(worker, self.jobs[task.job], self.random.choice([None, 3.0]))
        else:
            self.attempts[task.job, item] += 1
            assert self.scheduler.finished(worker, item, self.random.choice([None, 0.5, 2.0]))
            self.done[task.job, item] += 1

    def _lose(self, worker: str, item: str) -> None:
        task = self.scheduler.current(worker)
        assert task is not None
        if item:
            self.attempts[task.job, item] += 1
        in_flight = self.random.choice([None, [item]]) if item else ()
        self.failed += self.scheduler.lost(worker, "killed", in_flight)
        assert not self.scheduler.finished(worker, item)
        if self.random.random() < 0.9:
            self.scheduler.joined(f"{self.next_worker}")
            self.next_worker += 1


def test_no_item_is_lost_or_done_twice_whatever_happens() -> None:
    failures = 0
    for seed in range(400):
        trial = Trial(seed)
        trial.run()
        failed = Counter((each.job, each.item) for each in trial.failed)
        unopened = {name for name, item in failed if not item}
        for name, items in trial.jobs.items():
            for item in items:
                ends = trial.done[name, item] + failed[name, item] + (name in unopened)
                assert ends == 1, (seed, name, item)
        assert max(trial.attempts.values(), default=0) <= 2, seed
        assert max(failed.values(), default=1) == 1, seed
        assert all(trial.scheduler.next_for(worker) is None for worker in trial.scheduler.workers)
        failures += len(failed)
    assert failures > 400  # the trials do meet poison, losses and refusals


def test_answers_depend_only_on_the_order_of_events() -> None:
    first, second = Trial(7), Trial(7)
    first.run()
    second.run()
    assert list(first.done) == list(second.done)
    assert first.failed == second.failed
