"""The Ray cluster of a command: one that is started on this machine, or one that runs already.

A cluster that is started here listens on the loopback interface only, asks every client for a token that is
made for it, and ends with the command. Ray's dashboard and its usage statistics are off.
"""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

from iqabench.errors import ExecutorError
from iqabench.run.executors.placement import Placement
from iqabench.run.progress import Watch

_ANSWER_S = 5.0
"""The seconds within which the address of a cluster must answer."""
_OBJECT_STORE_BYTES = 512 * 2**20
"""The memory for results on their way, of a cluster that is started here; more goes to the disk."""
_LOOPBACK = "127.0.0.1"
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_worker_niceness": "0",  # workers are what the user waits for
}
"""Variables that Ray reads when it is imported; those that the user has set stay."""


@contextmanager
def ray_cluster(placement: Placement, device: str, watch: Watch) -> Iterator[Any]:
    """Give the module `ray`, connected to a cluster, which is left, or ended, after the block.

    Raises: ExecutorError when Ray is not installed, and when the cluster cannot be started or joined.
    """
    ray = _import_ray()
    if ray.is_initialized():
        raise ExecutorError(
            "Ray is connected to a cluster in this process already. Call ray.shutdown() first, or work in "
            "another process."
        )
    # Standard output is for results, and a thread of Ray prints there what happens to workers.
    with (
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
        _keeping_termination() as keep_termination,
    ):
        try:
            if placement.cluster:
                _join(ray, placement.cluster)
            else:
                watch.message("Starting Ray on this machine ...")
                _start(ray, device)
            keep_termination()
            yield ray
        finally:
            ray.shutdown()


@contextmanager
def _keeping_termination() -> Iterator[Callable[[], None]]:
    """Give a function that puts the handler of SIGTERM back, which is called after the block, too.

    Ray takes the signal over, in Python and in C, and would end the driver with a dump of its memory.
    """
    handler = signal.getsignal(signal.SIGTERM)

    def keep() -> None:
        if threading.current_thread() is threading.main_thread() and handler is not None:
            signal.signal(signal.SIGTERM, handler)

    try:
        yield keep
    finally:
        keep()


def _import_ray() -> Any:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        ray = import_module("ray")  # an extra that most users do not have
    except ImportError as error:
        raise ExecutorError(
            "--executor ray needs the package Ray, which is not installed. Type: pip install 'iqabench[ray]'"
        ) from error
    return ray


def _start(ray: Any, device: str) -> None:
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    gpus = 0 if device == "cpu" else None
    try:
        ray.init(
            address="local",  # not one that runs here already
            num_cpus=os.cpu_count() or 1,
            num_gpus=gpus,
            include_dashboard=False,
            object_store_memory=_OBJECT_STORE_BYTES,
            _node_ip_address=_LOOPBACK,
            **_SILENT,
        )
    except Exception as error:  # a node that does not start raises a bare Exception
        raise ExecutorError(
            f"Ray cannot be started on this machine: {_first_line(error)}. Look at its logs in /tmp/ray, or "
            "work without --executor ray."
        ) from error


_SILENT = {"log_to_driver": False, "configure_logging": False, "logging_level": "ERROR"}


def _join(ray: Any, address: str) -> None:
    if address != "auto":
        _require_answer(address)
    try:
        ray.init(address=address, **_SILENT)
    except Exception as error:  # the errors of Ray have no common class
        raise ExecutorError(_trouble(address, error)) from error


def _require_answer(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_S).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExecutorError(
            f"no Ray cluster answers at {address}: {reason}. Start one with 'ray start --head "
            f"--port={port}' on {host}, or leave --address out to start one on this machine."
        ) from error


def _trouble(address: str, error: Exception) -> str:
    """Return a message about a cluster that cannot be joined."""
    text = str(error)
    if "Version mismatch" in text:
        lines = [line.strip() for line in text.splitlines() if "Ray" in line or "Python" in line]
        return (
            f"the cluster at {address} has another version of Ray or Python: {'; '.join(lines)}. Install "
            "the same versions on all machines."
        )
    if "no authentication token" in text:
        return (
            f"this machine has no token for the cluster at {address}. Copy the file ~/.ray/auth_token of its "
            "head node, or set RAY_AUTH_TOKEN; RAY_AUTH_MODE=disabled joins a cluster that asks for none."
        )
    if "auth" in text.lower() or "token" in text.lower():
        return (
            f"the cluster at {address} refused the token of this machine: {_first_line(error)}. Copy the "
            "token of its head node (~/.ray/auth_token), or set RAY_AUTH_TOKEN."
        )
    return (
        f"the cluster at {address} cannot be joined: {_first_line(error)}. Check that 'ray status' works on "
        "this machine, which must be one of its nodes."
    )


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0].rstrip(".")
