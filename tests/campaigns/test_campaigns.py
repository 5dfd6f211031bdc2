"""The short campaign: a few tries of every class, drawn from a fixed seed, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGN = Path(__file__).with_name("campaign.py")


@pytest.mark.skipif(sys.platform == "win32", reason="trials are forks, which Windows has not")
def test_nothing_is_lost_and_nothing_harms() -> None:
    done = subprocess.run(
        [sys.executable, str(CAMPAIGN), "--short", "--jobs", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
