"""One cluster for all tests of sweeps on Ray: two nodes that share nothing but Ray."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from cluster.nodes import Nodes
from cluster.sweeps import prepare_driver


@pytest.fixture(scope="package")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Give two nodes with a core each, `head` and `east`; the folder of the driver is prepared."""
    if find_spec("ray") is None:
        pytest.skip("NO RAY: pip install 'iqabench[ray]'")
    if sys.platform == "win32":
        pytest.skip("NO CLUSTER: Ray has none on Windows")
    top = tmp_path_factory.mktemp("nodes")
    nodes = Nodes(top, prepare_driver(top / "driver"))
    try:
        nodes.add("head", cpus=1).wait()
        nodes.add("east", cpus=1).wait()
        yield nodes
    finally:
        nodes.end()


@pytest.fixture(scope="package")
def driver(nodes: Nodes) -> Path:
    """Give the folder that only the driver has."""
    return nodes.driver
