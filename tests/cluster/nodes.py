"""A Ray cluster of several nodes on the loopback interface, as different as separate machines.

Each node is a process with a home, a cache and a current folder of its own, and no mirror. Where the system
allows it (Linux, as root) a node cannot see the driver's folder at all: an empty file system lies over it, so
that a path that only the driver has fails. Only the first node, the head, is on the driver's machine. A node
can have a cache on a disk that is full.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import psutil

import iqabench

_HERE = Path(__file__).parent
_CHECKOUT = Path(iqabench.__file__).parents[1]
_COVER = (
    'mount -t tmpfs -o size=16k none "$1" && '
    '{ [ -z "$2" ] || mount -t tmpfs -o size=64k none "$2"; } && shift 2 && exec "$@"'
)
"""Lay an empty disk over the first folder, a full one over the second; then be the command."""
_OF_NODES = {
    "RAY_worker_niceness": "0",
    "RAY_health_check_initial_delay_ms": "500",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_failure_threshold": "4",
}
"""Workers are not to be starved by other tests, which Ray is polite to; and a node that is gone is noticed
after two seconds, for the usual 15 would be waited for by every trial."""


def can_cover() -> bool:
    """Return whether this process may give others another view of the file system."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return False
    probe = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


class Node:
    """One node: a process that ends with its standard input, and the processes of Ray beneath it."""

    def __init__(
        self, name: str, command: list[str], folder: Path, variables: dict[str, str]
    ) -> None:
        self.name, self._command, self.folder, self._variables = name, command, folder, variables
        self._process: subprocess.Popen[str] | None = None
        self._is_ready = False

    def begin(self) -> None:
        """Start the node; `wait` waits until it is ready."""
        self._is_ready = False
        with (self.folder / "node.log").open("a") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.folder,
                env=self._variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait(self) -> None:
        """Wait until the node is ready; Ray's own limit of 30 seconds is too short on a busy machine.

        Raises: RuntimeError when it ended instead, three times.
        """
        for _ in range(3):
            assert self._process is not None
            if self._is_ready or "ready" in _stream(self._process.stdout).readline():
                self._is_ready = True
                return
            self._process.wait(60)
            self.revive()
        log = (self.folder / "node.log").read_text(errors="replace")
        raise RuntimeError(f"the node {self.name} does not start: {log[-2000:]}")

    def revive(self) -> None:
        """Start the node again if it has ended, or is about to."""
        if self._process is not None and self._has_ended(self._process):
            self.kill()
            self.begin()

    def workers(self) -> list[psutil.Process]:
        """Return the processes that hold an actor."""
        return [] if self._process is None else actors_below(self._process.pid)

    def kill(self) -> None:
        """Kill the node with all its processes at once, as a failure of power does."""
        if self._process is not None:
            for process in below(self._process.pid):
                with contextlib.suppress(psutil.Error):
                    process.kill()
            self._process.kill()
            self._close()

    def end(self) -> None:
        """End the node in an orderly way, and what is left of it."""
        if self._process is None:
            return
        children = below(self._process.pid)
        _stream(self._process.stdin).close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        for process in children:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self._close()

    @staticmethod
    def _has_ended(process: "subprocess.Popen[str]") -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
        return process.poll() is not None

    def _close(self) -> None:
        assert self._process is not None
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                _stream(stream).close()
        self._process = None


class Nodes:
    """The nodes of one cluster. `driver` is the folder that only the driver has."""

    def __init__(self, top: Path, driver: Path) -> None:
        self.top, self.driver = top, driver
        self.ray = Path(tempfile.mkdtemp(prefix="ray-"))
        """The folder of Ray's own files; the names of its sockets may have 107 bytes."""
        self.port = free_port()
        self.token = secrets.token_hex(32)
        self.nodes: dict[str, Node] = {}
        self.covers = can_cover()
        """True when nodes cannot see the driver's folder."""

    @property
    def address(self) -> str:
        """The address of the cluster."""
        return f"127.0.0.1:{self.port}"

    def add(
        self,
        name: str,
        *,
        cpus: int,
        gpus: int = 0,
        full_disk: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> Node:
        """Begin a node of this name, the first one as head; `Node.wait` waits for it."""
        folder = self.top / name
        cache = folder / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        asked = {
            "head": not self.nodes,
            "port": self.port,
            "folder": str(self.ray),
            "cpus": cpus,
            "gpus": gpus,
        }
        command = [sys.executable, str(_HERE / "node.py"), json.dumps(asked)]
        if self.covers:
            hidden = self.driver if self.nodes else folder / "empty"
            hidden.mkdir(exist_ok=True)
            cover = [str(hidden), str(cache) if full_disk else ""]
            command = ["unshare", "--mount", "sh", "-c", _COVER, "sh", *cover, *command]
        own = {**self.variables(folder, self.token), **_OF_NODES, "IQABENCH_HOME": str(cache)}
        node = Node(name, command, folder, own | dict(variables or {}))
        node.begin()
        self.nodes[name] = node
        return node

    def variables(self, home: Path, token: str) -> dict[str, str]:
        """Return the environment of a machine with this home, whose user has this token."""
        place = home / ".ray" / "auth_token"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(token)
        return machine(home)

    def end(self) -> None:
        """End all nodes, the head last."""
        for node in reversed(self.nodes.values()):
            node.end()
        self.nodes.clear()
        shutil.rmtree(self.ray, ignore_errors=True)


def machine(home: Path) -> dict[str, str]:
    """Return the environment of a machine with this home, which shares nothing with this one."""
    shared = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in shared if name in os.environ} | {
        "HOME": str(home),
        "PYTHONPATH": str(_CHECKOUT),
        "IQABENCH_HOME": str(home / "cache"),
        "IQABENCH_OFFLINE": "1",
        "RAY_AUTH_MODE": "token",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "COLUMNS": "200",
    }


def other_version(folder: Path, version: str) -> dict[str, str]:
    """Return the variables of a node that has this version of iqabench, made in a folder."""
    package = _CHECKOUT / "iqabench"
    (folder / "iqabench").mkdir(parents=True)
    for source in package.iterdir():
        if source.name not in ("__init__.py", "__pycache__"):
            (folder / "iqabench" / source.name).symlink_to(source)
    for name in ("datasets.yaml", "leaderboards"):
        (folder / name).symlink_to(_CHECKOUT / name)
    lines = (package / "__init__.py").read_text().splitlines()
    kept = [line for line in lines if not line.startswith("__version__")]
    text = "\n".join([*kept, f'__version__ = "{version}"', ""])
    (folder / "iqabench" / "__init__.py").write_text(text)
    return {"PYTHONPATH": str(folder)}


def below(process: int) -> list[psutil.Process]:
    """Return all processes that a process has started, directly or not."""
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.Error:
        return []


def actors_below(process: int) -> list[psutil.Process]:
    """Return the processes beneath a process that hold one of Ray's actors."""
    return [child for child in below(process) if is_actor(child)]


def is_actor(process: psutil.Process) -> bool:
    """Return whether a process holds an actor; Ray writes its class and method into its command line."""
    title = title_of(process)
    return title.startswith("ray::") and title != "ray::IDLE" and not is_agent(process)


def is_agent(process: psutil.Process) -> bool:
    """Return whether a process is one of Ray's own, which notices the end of its node after a minute."""
    return title_of(process).startswith(("ray::DashboardAgent", "ray::RuntimeEnvAgent"))


def title_of(process: psutil.Process) -> str:
    """Return the first word of a process's command line, which Ray changes; empty when it has ended."""
    try:
        return (process.cmdline() or [""])[0]
    except psutil.Error:
        return ""


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a command that leads a group of processes, with the whole group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
