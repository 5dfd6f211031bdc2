"""A simulation of the scheduler with a clock of its own, event by event, at the costs of `cluster_sweep.py`.

A worker decodes, restores and scores at the same time on three threads, so that an image takes as long as the
slowest of the three. Score workers take scoring away from it; it waits when they are too far behind.
"""

import heapq
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from cluster_sweep import COSTS, SR_SCALE, SimulatedModel, Sweep
from twelve import TWELVE

from iqabench.run.executors.scheduling import Assignment, ExpectedJob, SchedulePolicy, Scheduler

START_S, CALL_S, OPEN_S = 10.0, 0.005, 0.05
"""Guesses: the start of a worker, what Ray adds to an image, and what a set adds to a loaded model."""
QUEUE_S = 10.0
"""A worker waits while the score workers are further behind than this."""

COLUMNS = {
    "psnr, ssim": ("psnr", "ssim"),
    "the twelve": TWELVE,
    "the twelve, lpips, niqe": (*TWELVE, "lpips", "niqe"),
}


@dataclass(frozen=True)
class Cluster:
    """The workers, and what happens to them."""

    workers: int
    score_workers: int = 0
    score_s: float = sum(COSTS["metrics"][name] for name in COLUMNS["psnr, ssim"]) / 1e3
    """The time of the metrics for a megapixel in seconds."""
    decoders: float = 1.0
    """The number of threads of a worker that decode; infinite when decoded images are there already."""
    slow: int = 0
    """The number of workers that are half as fast."""
    lost: int = 0
    """The number of workers that go away."""
    lost_at_s: float = 0.0
    load_times: float = 1.0
    """A factor on the time of loading."""
    known: bool = True
    """True when the scheduler knows the expected costs."""


@dataclass
class SimulatedResult:
    """What a simulated sweep took."""

    makespan_s: float = 0.0
    bound_s: float = 0.0
    openings: int = 0
    loads: int = 0
    load_s: float = 0.0
    failed: int = 0
    redone: int = 0
    """The number of images that were begun twice."""
    scheduler_s: float = 0.0
    """The real time that the scheduler itself took, and its simulation with it."""

    @property
    def ratio(self) -> float:
        """The makespan by its lower bound."""
        return self.makespan_s / self.bound_s


@dataclass
class _Simulation:
    sweep: Sweep
    cluster: Cluster
    policy: SchedulePolicy
    events: list[tuple[float, int, str, str]] = field(default_factory=list)
    idle: dict[str, None] = field(default_factory=dict)
    finish: dict[str, list[float]] = field(default_factory=dict)
    """The times at which the items of each worker are finished."""
    loaded: dict[str, str] = field(default_factory=dict)
    result: SimulatedResult = field(default_factory=SimulatedResult)
    count: int = 0

    def __post_init__(self) -> None:
        self.names = [f"{i:04}" for i in range(max(map(len, self.sweep.sets)))]
        self.models = {model.name: model for model in self.sweep.models}
        self.scorers = [0.0] * self.cluster.score_workers
        self.jobs = {
            f"{model.name} on set {s}": (model, sizes)
            for model in self.sweep.models
            for s, sizes in enumerate(self.sweep.sets)
        }
        known = self.cluster.known
        self.scheduler = Scheduler(
            [
                ExpectedJob(
                    name,
                    model.name,
                    len(sizes),
                    CALL_S + self.megapixel_s(model) * sum(sizes) / len(sizes) if known else None,
                    model.load_s * self.cluster.load_times if known else None,
                )
                for name, (model, sizes) in self.jobs.items()
            ],
            self.policy,
        )

    def megapixel_s(self, model: SimulatedModel) -> float:
        """Return the time of a megapixel on a worker of full speed in seconds: that of the slowest thread."""
        decode: float = COSTS["images"]["decode_ms"] / 1e3 * (1 + 1 / SR_SCALE**2)
        decode /= self.cluster.decoders
        return max(model.gpu_s, decode, 0.0 if self.scorers else self.cluster.score_s)

    def speed(self, worker: str) -> float:
        """Return the speed of a worker, 1 for a full one."""
        return 0.5 if int(worker) < self.cluster.slow else 1.0

    def push(self, at: float, kind: str, worker: str) -> None:
        """Add an event."""
        heapq.heappush(self.events, (at, self.count, kind, worker))
        self.count += 1

    def ask(self, now: float, worker: str) -> None:
        """Give the worker its next task."""
        task = self.scheduler.next_for(worker)
        if task is None:
            self.idle[worker] = None
            return
        self.idle.pop(worker, None)
        model, sizes = self.jobs[task.job]
        if not task.items:
            self.result.openings += 1
            seconds = OPEN_S
            if self.loaded.get(worker) != model.name:
                load_s = model.load_s * self.cluster.load_times / self.speed(worker)
                self.loaded[worker] = model.name
                self.result.loads += 1
                self.result.load_s += load_s
                seconds += load_s
            self.push(now + seconds, "opened", worker)
            return
        self.run(now, worker, task, model, sizes)

    def run(
        self,
        now: float,
        worker: str,
        task: Assignment,
        model: SimulatedModel,
        sizes: Sequence[float],
    ) -> None:
        """Compute when each item of the task is finished."""
        times, speed, megapixel_s = [], self.speed(worker), self.megapixel_s(model)
        for item in task.items:
            megapixels = sizes[int(item)]
            if self.scorers:
                now = max(now, self.scorers[0] - QUEUE_S)
            now += (CALL_S + megapixel_s * megapixels) / speed
            if self.scorers:
                free = max(self.scorers[0], now) + self.cluster.score_s * megapixels
                heapq.heapreplace(self.scorers, free)
            times.append(now)
        self.finish[worker] = times
        self.push(now, "done", worker)

    def handle(self, now: float, kind: str, worker: str) -> None:
        """Tell the scheduler of an event."""
        task = self.scheduler.current(worker)
        if kind == "joined":
            self.scheduler.joined(worker)
        elif task is None:  # the worker was lost before
            return
        elif kind == "opened":
            model, sizes = self.jobs[task.job]
            self.scheduler.opened(
                worker, self.names[: len(sizes)], model.load_s * self.cluster.load_times
            )
        elif kind == "done":
            self.finish_until(worker, task, now)
        elif kind == "lost":
            self.finish_until(worker, task, now)
            left = self.scheduler.current(worker)
            in_flight = left.items[:1] if left else ()
            self.result.redone += len(in_flight)
            self.result.failed += len(
                self.scheduler.lost(worker, "lost", in_flight, node_lost=True)
            )
            self.idle.pop(worker, None)
        for free in [worker, *self.idle]:
            self.ask(now, free)

    def finish_until(self, worker: str, task: Assignment, now: float) -> None:
        """Finish the items of a task that are finished by now, and tell how long they took."""
        model, sizes = self.jobs[task.job]
        megapixel_s, speed = self.megapixel_s(model), self.speed(worker)
        for item, at in zip(task.items, self.finish.get(worker, ()), strict=False):
            if at <= now:
                seconds = (CALL_S + megapixel_s * sizes[int(item)]) / speed
                self.scheduler.finished(worker, item, seconds)

    def simulate(self) -> SimulatedResult:
        """Run until everything is finished."""
        start = time.perf_counter()
        for number in range(self.cluster.workers):
            self.push(START_S, "joined", str(number))
        for number in range(self.cluster.lost):
            self.push(self.cluster.lost_at_s, "lost", str(self.cluster.workers - 1 - number))
        now = 0.0
        while self.events and not self.scheduler.is_finished:
            now, _, kind, worker = heapq.heappop(self.events)
            self.handle(now, kind, worker)
        assert self.scheduler.is_finished
        self.result.makespan_s = max(now, *self.scorers) if self.scorers else now
        self.result.bound_s = self.bound()
        self.result.scheduler_s = time.perf_counter() - start
        return self.result

    def bound(self) -> float:
        """Return a time that no schedule can beat: all work and one load of each model, evenly divided."""
        cluster, factor = self.cluster, self.cluster.load_times
        megapixels = [size for sizes in self.sweep.sets for size in sizes]
        largest = max(megapixels)
        total, images = sum(megapixels), len(megapixels)
        loaded = [(m.load_s * factor, self.megapixel_s(m)) for m in self.sweep.models]
        work = sum(load + CALL_S * images + each * total for load, each in loaded)
        longest = max(load + CALL_S + each * largest for load, each in loaded)
        capacity = cluster.workers - cluster.slow / 2
        bound = max(work / capacity, longest)
        if cluster.lost:  # what they did until then is a gift
            gone = cluster.lost * (cluster.lost_at_s - START_S)
            bound = max((work - gone) / (capacity - cluster.lost), longest)
        if self.scorers:
            scoring = cluster.score_s * total * len(self.sweep.models)
            bound = max(bound, scoring / cluster.score_workers)
        return START_S + bound


def simulate(
    sweep: Sweep, cluster: Cluster, policy: SchedulePolicy | None = None
) -> SimulatedResult:
    """Return what a sweep takes on a cluster."""
    return _Simulation(sweep, cluster, policy or SchedulePolicy()).simulate()
