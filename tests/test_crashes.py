"""A model that ends the interpreter costs its own cells: the program forks, and goes on without it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from iqabench.cli.supervisor import note_crash
from iqabench.crashes import CrashAccount, is_isolated, keep_account, watching_for_crashes
from iqabench.errors import ModelError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is supervised")

NETWORKS = """
import os, signal, sys, time
import torch
from torch import nn

class Doubling(nn.Module):
    def __init__(self, fault):
        super().__init__()
        self.gain, self.fault = nn.Parameter(torch.ones(1)), fault

    def forward(self, x):
        print("a network may print")
        os.write(1, b"and a library, too")
        if x.shape[-1] == 192:  # only the third image of the set has this width
            self.fault()
        return nn.functional.interpolate(x * self.gain, scale_factor=2.0)

def crashing(): return Doubling(lambda: os.kill(os.getpid(), signal.SIGSEGV))
def leaving(): return Doubling(lambda: sys.exit(7))
def good(): return Doubling(lambda: None)
def slow(): return Doubling(lambda: time.sleep(60))
"""


@pytest.fixture
def account() -> Iterator[CrashAccount]:
    kept = CrashAccount()
    keep_account(kept)
    yield kept
    keep_account(CrashAccount())


def test_an_activity_is_noted_within_its_block(account: CrashAccount) -> None:
    with watching_for_crashes("restore", "mine", "the image 'a'"):
        activity = account.read()
        assert activity is not None
        assert activity.text == "run on the image 'a'"
        with watching_for_crashes("load", "x" * 9000):
            longer = account.read()
            assert longer is not None
            assert longer.model == "x" * 600
        assert account.read() == activity
    assert account.read() is None


def test_a_model_that_crashed_is_not_run_again(account: CrashAccount) -> None:
    account.crashes["load", "mine"] = "the process ended with signal 11"
    with (
        pytest.raises(ModelError, match="ended with signal 11"),
        watching_for_crashes("load", "mine"),
    ):
        raise AssertionError
    with watching_for_crashes("load", "other"):
        pass


def test_a_crash_among_other_work_is_charged_when_it_comes_again(
    account: CrashAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next child does one thing at a time; what crashes then is the cause, and the one after is free."""
    for isolated, crashes in ((False, 0), (True, 1)):
        with watching_for_crashes("restore", "mine", "the image 'a'", isolated=isolated):
            assert note_crash(account, signal.SIGSEGV)
        assert is_isolated() is not isolated
        assert len(account.crashes) == crashes
    assert "other images were decoded or scored" in capsys.readouterr().err


def test_an_exit_of_a_model_is_an_error_of_the_model() -> None:
    with (
        pytest.raises(ModelError, match=r"it called sys\.exit\(3\) while it was loaded"),
        watching_for_crashes("load", "mine"),
    ):
        sys.exit(3)


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start the command as a program in a folder with the networks."""
    (folder / "networks_of_mine.py").write_text(NETWORKS)
    program = folder / "iqabench"
    program.write_text("from iqabench.cli.main import main\nmain()\n")
    common = ("--set", "demo", "--scale", "2", "--column", "psnr", "--device", "cpu")
    return subprocess.Popen(
        [sys.executable, str(program), "run", *words, *common],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_crash_costs_the_cells_of_its_model(tmp_path: Path) -> None:
    models = ["crashing", "leaving", "good"]
    words = [word for name in models for word in ("--model", f"networks_of_mine:{name}")]
    out, err = start(tmp_path, *words, "--json").communicate()
    counts = {row["model"].partition(":")[2]: (row["n"], row["failed"]) for row in json.loads(out)}
    assert counts == {"good": (5, 0), "crashing": (2, 3), "leaving": (4, 1)}
    crash = "ended with signal 11 (SIGSEGV) while the model was run on the image 'coffee'"
    assert f"{crash}, and other images were decoded or scored" in err
    assert f"{crash}. The command goes on without it" in err
    assert "Traceback" not in err


def test_the_end_of_the_parent_ends_the_child(tmp_path: Path) -> None:
    with start(tmp_path, "--model", "networks_of_mine:slow") as program:
        deadline = time.monotonic() + 120
        while not list((tmp_path / "results").rglob("*.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.05)
        children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        program.kill()
        assert program.wait() == -signal.SIGKILL
    (child,) = children
    deadline = time.monotonic() + 30
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(child)


def _lives(process: str) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


LEADER = """
import fcntl, signal, sys, termios
from iqabench.cli.supervisor import supervise
fcntl.ioctl(0, termios.TIOCSCTTY)
sys.argv = ["iqabench", "run"]
supervise({"run"})
signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
print("ready", flush=True)
signal.sigtimedwait([], 60)
"""


def test_a_closed_terminal_ends_the_child_of_the_leader_of_its_session() -> None:
    terminal, end = os.openpty()
    words = [sys.executable, "-c", LEADER]
    with subprocess.Popen(
        words, stdin=end, stdout=subprocess.PIPE, start_new_session=True
    ) as program:
        os.close(end)
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == b"ready\n"
            os.close(terminal)
            assert program.wait(30) == 129
        finally:
            program.kill()
