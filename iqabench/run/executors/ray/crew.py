"""The actors of a cluster: how many fit, and their starting and ending."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from iqabench.errors import ExecutorError, FetchError
from iqabench.files.file_server import FileServer, OfferList
from iqabench.files.home import home
from iqabench.files.remote import RemoteFile
from iqabench.run.executors.job import JobItem
from iqabench.run.executors.placement import Placement
from iqabench.run.executors.ray.worker import Worker

_OF_FILES = ("IQABENCH_MIRROR", "IQABENCH_OFFLINE")
"""The variables of the driver by which files are found."""


_RESTORED_AHEAD = 2
"""The restored samples that a member keeps until the driver has looked at them."""


@dataclass
class Member:
    """One actor."""

    id: str
    actor: Any
    gpus: float = 0.0
    """The share of a GPU that it was promised."""
    node: str = ""
    """The name of its machine, once it has started."""
    node_id: str = ""
    """The id of its node, once it has started."""

    def __str__(self) -> str:
        """Return its name in messages."""
        return f"worker {self.id} on {self.node}" if self.node else f"worker {self.id}"


class Crew:
    """The actors that work for one command.

    Raises: ExecutorError when the cluster has no room for the workers that are asked for.
    """

    def __init__(self, ray: Any, placement: Placement, device: str) -> None:
        self.ray, self.placement = ray, placement
        self.gpus = self._gpus(device)
        self.device = "cuda" if self.gpus else "cpu"
        self.size = self._size()
        self.score_size = self._score_size()
        self._started = 0
        self._actors: dict[str, Any] = {}
        self._offers = OfferList()
        self._server = self._start_server()
        self._class = ray.remote(Worker)

    def start(self) -> Member:
        """Start an actor that restores, counts or scores; it answers when there is room for it."""
        return self._start(self.placement.cpus_per_worker, self.gpus)

    def start_scorer(self) -> Member:
        """Start an actor that only scores, on one core."""
        return self._start(1, 0)

    def _start(self, cpus: int, gpus: float) -> Member:
        self._started += 1
        name = str(self._started)
        actor = self._class.options(
            num_cpus=cpus, num_gpus=gpus, max_restarts=0, scheduling_strategy="SPREAD"
        ).remote(cpus, partial(read_from, self._server), node_id_here)
        self._actors[name] = actor
        return Member(name, actor, gpus)

    def offer(self, files: Any) -> None:
        """Give away files of the driver to workers."""
        self._offers.add(files)

    def open(self, member: Member, number: int, job: Any) -> Any:
        """Let a member open a job; return the reference of the answer."""
        return member.actor.open.remote(number, job)

    def run(self, member: Member, number: int, items: Sequence[JobItem]) -> Any:
        """Let a member run items of its open job; return the stream of references to results."""
        return member.actor.run.options(num_returns="streaming").remote(number, list(items))

    def restore(self, member: Member, number: int, items: Sequence[JobItem]) -> Any:
        """Let a member restore items of its open job; return the stream of references to what it restored."""
        streaming = member.actor.restore.options(
            num_returns="streaming", _generator_backpressure_num_objects=_RESTORED_AHEAD
        )
        return streaming.remote(number, list(items))

    def finish(self, member: Member, scorer: Any, item: JobItem, restored: Any) -> Any:
        """Let a member score what another one has restored; return the reference of the result."""
        return member.actor.finish.remote(scorer, item, restored)

    def put(self, thing: Any) -> Any:
        """Send something to the cluster once, for all members."""
        return self.ray.put(thing)

    def end(self, member: Member) -> None:
        """End the process of a member at once, whatever it is doing."""
        actor = self._actors.pop(member.id, None)
        if actor is not None:
            self.ray.kill(actor)

    def end_all(self) -> None:
        """End all members, and give away no files any more."""
        for name in list(self._actors):
            self.ray.kill(self._actors.pop(name))
        self._offers.close()

    def is_alive(self, node_id: str) -> bool:
        """Return whether the node with this id belongs to the cluster now."""
        return any(each["Alive"] and each["NodeID"] == node_id for each in self.ray.nodes())

    def _gpus(self, device: str) -> float:
        share = self.placement.gpus_per_worker
        there = sum(node["Resources"].get("GPU", 0) for node in self._nodes())
        if device == "cpu" or share == 0:
            return 0.0
        if not there and (device != "auto" or share):
            raise ExecutorError(
                "the cluster has no GPU. Use --device cpu, or start Ray on a machine with a GPU."
            )
        return (share or 1.0) if there else 0.0

    def _size(self) -> int:
        """Return the number of workers, which the cluster has room for."""
        cpus = self.placement.cpus_per_worker
        room = 0
        for node in self._nodes():
            fits = node["Resources"].get("CPU", 0) // cpus
            if self.gpus:
                fits = min(fits, node["Resources"].get("GPU", 0) // self.gpus)
            room += int(fits)
        asked = self.placement.workers
        share = f"{cpus} {'core' if cpus == 1 else 'cores'}"
        share += f" and {self.gpus:g} GPU" if self.gpus else ""
        if not room:
            raise ExecutorError(
                f"no machine of the cluster has {share} for a worker. Use a smaller --cpus-per-worker or "
                "--gpus-per-worker."
            )
        if asked is not None and asked > room:
            raise ExecutorError(
                f"{asked} workers with {share} each do not fit: the cluster has room for {room}. Use "
                f"--workers {room}, or add machines with 'ray start --address'."
            )
        return asked or room

    def _score_size(self) -> int:
        """Return the number of workers that only score: beside GPUs all cores that are left."""
        cores = int(sum(node["Resources"].get("CPU", 0) for node in self._nodes()))
        left = max(0, cores - self.size * self.placement.cpus_per_worker)
        asked = self.placement.score_workers
        if asked is None:
            return left if self.gpus else 0
        if asked > left:
            raise ExecutorError(
                f"{asked} workers that only score do not fit beside {self.size} others, which leave {left} "
                f"cores. Use --score-workers {left}, or fewer --workers."
            )
        return asked

    def _nodes(self) -> list[dict[str, Any]]:
        return [node for node in self.ray.nodes() if node["Alive"]]

    def _start_server(self) -> Any:
        """Start the server of files on the machine of the driver, which finds files as the driver does."""
        strategies = self.ray.util.scheduling_strategies
        here = self.ray.get_runtime_context().get_node_id()
        places = {name: os.environ[name] for name in _OF_FILES if name in os.environ}
        options = self.ray.remote(FileServer).options(
            num_cpus=0,
            max_restarts=-1,
            max_task_retries=-1,
            scheduling_strategy=strategies.NodeAffinitySchedulingStrategy(here, soft=False),
            runtime_env={"env_vars": {"IQABENCH_HOME": str(home().absolute()), **places}},
        )
        return options.remote(self._offers.path)


def read_from(server: Any, file: RemoteFile) -> bytes:
    """Return the content of a file that the driver's machine has or can fetch.

    Raises: FetchError when it cannot.
    """
    content, reason = import_module("ray").get(server.read.remote(file))
    if reason:
        raise FetchError(reason)
    return bytes(content)


def node_id_here() -> str:
    """Return the id of the node that this process belongs to."""
    return str(import_module("ray").get_runtime_context().get_node_id())
