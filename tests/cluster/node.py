"""One node of a Ray cluster on the loopback interface, in a process of its own until its input ends.

    python node.py '{"head": true, "port": 27001, "folder": "/tmp/x/ray", "cpus": 2, "gpus": 0}'

`ray start` takes a second node only where nodes listen on every interface, so the node is made by the class
that `ray.cluster_utils.Cluster` uses. Its processes end with this one, however it ends. It prints `ready`.
"""

import json
import os
import sys

os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # nodes are found under 127.0.0.1

from ray._private.node import Node
from ray._private.parameter import RayParams


def main() -> None:
    """Start the node, say so, and wait for the end of the standard input."""
    asked = json.loads(sys.argv[1])
    address = f"127.0.0.1:{asked['port']}"
    params = RayParams(
        gcs_server_port=asked["port"] if asked["head"] else None,
        gcs_address=None if asked["head"] else address,
        node_ip_address="127.0.0.1",
        num_cpus=asked["cpus"],
        num_gpus=asked["gpus"],
        object_store_memory=80 * 2**20,
        temp_dir=asked["folder"] if asked["head"] else None,
        include_dashboard=False,
        include_log_monitor=None,
        dashboard_agent_listen_port=0,
        no_monitor=True,
        min_worker_port=0,
        max_worker_port=0,
    )
    node = Node(params, head=asked["head"], shutdown_at_exit=True, spawn_reaper=True)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    node.kill_all_processes(check_alive=False, allow_graceful=False)


if __name__ == "__main__":
    main()
