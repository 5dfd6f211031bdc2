"""Scoring, judging and counting on Ray leave the records of a local command."""

from pathlib import Path

import numpy as np
import pytest
from opinions.handed import HANDED

from cluster.nodes import Nodes
from cluster.sweeps import difference, end_of, rows_of, start
from iqabench.images import write_image

COMMANDS = {
    "score": "score pictures --target originals --column psnr --column ssim --column entropy",
    "agree": "agree --set tid2013 --from judged --column psnr --column ssim --resamples 0 --allow-missing",
    "profile": "profile --model pocket --model mine.safetensors --probe macs,params --input 16..32",
}
RECORDS = {"score": 5 * 3, "agree": 12 * 2, "profile": 2 * 2 * 2}


@pytest.fixture(scope="module")
def images(nodes: Nodes) -> Path:
    """Make outputs, their targets, and images that people have judged, in the folder of the driver."""
    rng = np.random.default_rng(5)
    for folder in ("pictures", "originals"):
        for name in "abcde":
            pixels = rng.integers(0, 256, (40, 48, 3), np.uint8)
            write_image(nodes.driver / folder / f"{name}.png", pixels)
    HANDED["tid2013"](nodes.driver / "judged")
    return nodes.driver


@pytest.mark.parametrize("command", COMMANDS)
def test_the_records_are_those_of_the_local_command(
    command: str, nodes: Nodes, images: Path
) -> None:
    words = [*COMMANDS[command].split(), "--device", "cpu"]
    variables = nodes.variables(nodes.top / "home", nodes.token)
    local = start([*words, "--store", f"{command}-local"], images, variables)
    far = [*words, "--store", f"{command}-far", "--executor", "ray", "--address", nodes.address]
    for ended in (end_of(start(far, images, variables)), end_of(local)):
        assert ended.status == 0, ended.err
    expected, found = (rows_of(images / f"{command}-{where}") for where in ("local", "far"))
    assert difference(expected, found) == ""
    assert len(found) == RECORDS[command]
