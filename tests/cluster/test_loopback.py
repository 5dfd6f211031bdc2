"""A cluster that a command starts cannot be reached from other machines, nor by other users of this one."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cluster.nodes import machine


@pytest.mark.skipif(sys.platform != "linux", reason="sockets of other processes are looked at")
def test_nobody_else_reaches_the_cluster_of_a_command(tmp_path: Path) -> None:
    if find_spec("ray") is None:
        pytest.skip("NO RAY: pip install 'iqabench[ray]'")
    variables = machine(tmp_path)
    del variables["RAY_AUTH_MODE"], variables["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"]
    script = Path(__file__).with_name("loopback.py")
    ended = subprocess.run(
        [sys.executable, str(script)],
        env=variables,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["addresses"]
    assert {address.removeprefix("::ffff:") for address in found["addresses"]} == {"127.0.0.1"}
    assert found["status"] == 1
    assert "token" in found["told"]
    assert not (tmp_path / ".ray" / "auth_token").exists()
