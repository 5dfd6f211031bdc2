"""Start the cluster of a command without an address, and tell who may reach it, as JSON.

It prints the addresses on which the processes of the cluster listen, and how a program with another token
ends.
"""

import json
import os
import subprocess
import sys

import psutil

from iqabench.run.executors.placement import Placement
from iqabench.run.executors.ray.cluster import ray_cluster
from iqabench.run.progress import UNWATCHED

INTRUDER = "import ray, sys; ray.init(address=sys.argv[1]); print(ray.nodes())"


def main() -> None:
    """Start the cluster, look at its sockets, and try to join it with another token."""
    with ray_cluster(Placement(executor="ray"), "cpu", UNWATCHED) as ray:
        this = psutil.Process()
        addresses = {
            socket.laddr.ip
            for process in (this, *this.children(recursive=True))
            for socket in process.net_connections("tcp")
            if socket.status == psutil.CONN_LISTEN
        }
        address = ray.get_runtime_context().gcs_address
        stranger = {**os.environ, "RAY_AUTH_TOKEN": "0" * 64}
        ended = subprocess.run(
            [sys.executable, "-c", INTRUDER, address],
            env=stranger,
            capture_output=True,
            text=True,
            check=False,
        )
    found = {"addresses": sorted(addresses), "status": ended.returncode, "told": ended.stderr}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
