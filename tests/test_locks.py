"""Locks hold between threads and processes, and die with their holder."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from iqabench.locks import locked, remove_lock_file, try_lock, wait_for_lock

HOLD = """
import sys, time
from pathlib import Path
from iqabench.locks import try_lock
lock = try_lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_one_holds_it(tmp_path: Path) -> None:
    lock = try_lock(tmp_path / "a.lock")
    assert lock is not None
    assert try_lock(tmp_path / "a.lock") is None
    lock.release()
    again = try_lock(tmp_path / "a.lock")
    assert again is not None
    again.release()


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert try_lock(path) is None
        holder.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        holder.wait()
    lock = try_lock(path)
    assert lock is not None
    lock.release()


def test_threads_take_turns(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def work() -> None:
        with locked(tmp_path / "new" / "a.lock"):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert (tmp_path / "new" / "a.lock").exists()


def test_work_that_is_done_once_leaves_no_file(tmp_path: Path) -> None:
    with locked(tmp_path / "a.lock", once=True):
        pass
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "a.lock", once=True):
        1 / 0  # noqa: B018
    assert (
        tmp_path / "a.lock"
    ).exists()  # somebody may wait for it, and must not do it in parallel
    remove_lock_file(tmp_path / "a.lock")
    remove_lock_file(tmp_path / "a.lock")


def test_whoever_waits_may_give_up(tmp_path: Path) -> None:
    lock = wait_for_lock(tmp_path / "a.lock")
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        wait_for_lock(tmp_path / "a.lock", check)
    lock.release()
