"""Sweeps on Ray survive: their records are those of a local run, whatever fails and whoever is killed.

All tests share one cluster of two nodes, so they are in one file; a worker needs seconds to start.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen

import numpy as np
import pytest
from opinions.handed import HANDED

from cluster.nodes import Nodes, other_version
from cluster.sweeps import (
    Ended,
    Row,
    difference,
    end_of,
    good,
    pictures,
    rows_of,
    start,
    start_several,
    twice,
)
from iqabench.images import write_image

ENLARGE = ["run", "--scale", "4", "--set", "birds", "--set", "walls", "--trust"]
FAULTY = ["zoo:leaves", "zoo:hangs", "zoo:never_made"]
FAITHFUL = ["mine.safetensors", "zoo:quick", "bicubic"]
SECOND_PASS = [*ENLARGE, "--column", "psnr", "--column", "psnr@consensus-y"]
SECOND_PASS += ["--model", "zoo:slow", "--model", "bicubic", "--model", "zoo:quick"]
COMMANDS = {
    "score": "score pictures --target originals --column psnr --column ssim --column entropy",
    "agree": "agree --set tid2013 --from judged --column psnr --column ssim --resamples 0 --allow-missing",
    "profile": "profile --model pocket --model mine.safetensors --probe macs,params --input 16..32",
}
RECORDS = {"score": 5 * 3, "agree": 12 * 2, "profile": 2 * 2 * 2}


def _begin(nodes: Nodes, words: Sequence[str]) -> "Popen[str]":
    return start(words, nodes.driver, nodes.variables(nodes.top / "home", nodes.token))


def _on_ray(nodes: Nodes, words: Sequence[str]) -> list[str]:
    return [*words, "--executor", "ray", "--address", nodes.address]


def _models(names: Sequence[str]) -> list[str]:
    return [word for name in names for word in ("--model", name)]


@pytest.fixture(scope="module")
def undisturbed(nodes: Nodes, images: Path) -> dict[str, list[Row]]:
    """Give the records of local runs in which nothing fails: of all commands in one process."""
    words = [*ENLARGE, *_models(FAITHFUL + FAULTY), "--column", "psnr", "--column", "ssim"]
    commands = {"all": [*words, "--save-outputs", "local"], "second": SECOND_PASS}
    commands |= {name: [*text.split(), "--device", "cpu"] for name, text in COMMANDS.items()}
    typed = [[*command, "--store", f"local-{name}"] for name, command in commands.items()]
    variables = nodes.variables(nodes.top / "home", nodes.token) | {"ZOO_TAME": "1"}
    ended = end_of(start_several(typed, images, variables))
    assert ended.status == 0, ended.err
    return {name: rows_of(images / f"local-{name}") for name in commands}


@pytest.fixture(scope="module")
def faulty(nodes: Nodes, undisturbed: object) -> Ended:
    """Give the end of a sweep in which three of six models fail: it ends, hangs, or cannot be made."""
    words = [*ENLARGE, *_models(FAITHFUL + FAULTY), "--column", "psnr", "--column", "ssim"]
    words += ["--save-outputs", "saved", "--store", "faulty", "--time-limit", "3"]
    return end_of(_begin(nodes, _on_ray(nodes, words)))


def test_records_and_pictures_are_those_of_a_local_run(
    nodes: Nodes, faulty: Ended, undisturbed: dict[str, list[Row]]
) -> None:
    if not nodes.covers:
        pytest.skip("NO MOUNTS: nodes can see the driver's files, so that this shows nothing")
    expected = [row for row in undisturbed["all"] if row["model"] not in FAULTY]
    found = [row for row in rows_of(nodes.driver / "faulty") if row["model"] not in FAULTY]
    assert difference(expected, found) == ""
    assert len(expected) == 3 * 10 * 2
    local, saved = pictures(nodes.driver / "local"), pictures(nodes.driver / "saved")
    assert saved == {name: picture for name, picture in local.items() if name in saved}
    assert (
        len(local) - len(saved) == 2 + 10
    )  # two images at which models fail; one model was never made


@pytest.mark.parametrize("model", ["zoo:leaves", "zoo:hangs"])
def test_an_image_that_costs_two_workers_fails_and_the_others_go_on(
    model: str, nodes: Nodes, faulty: Ended, undisturbed: dict[str, list[Row]]
) -> None:
    rows = [row for row in rows_of(nodes.driver / "faulty") if row["model"] == model]
    failed = [row for row in rows if row["status"] == "failed"]
    assert [(row["set"], row["sample"]) for row in failed] == [("birds", "c")] * 2
    expected = [row for row in undisturbed["all"] if row["model"] == model]
    there = {(row["set"], row["sample"]) for row in good(rows)}
    assert difference([r for r in expected if (r["set"], r["sample"]) in there], good(rows)) == ""
    assert len(there) == 9
    reason = {"zoo:leaves": "process ended", "zoo:hangs": "took longer than 3 s"}[model]
    assert reason in failed[0]["error"]
    assert "tried twice" in failed[0]["error"]


def test_a_model_that_ends_every_worker_costs_its_own_cells_only(
    nodes: Nodes, faulty: Ended
) -> None:
    assert faulty.status == 3, faulty.err
    assert "Traceback" not in faulty.err
    assert "zoo:never_made on birds" in faulty.err
    assert not [row for row in rows_of(nodes.driver / "faulty") if row["model"] == "zoo:never_made"]


def test_no_record_is_there_twice(nodes: Nodes, faulty: Ended) -> None:
    assert twice(nodes.driver / "faulty") == []


def test_a_worker_a_node_and_the_driver_are_killed(
    nodes: Nodes, undisturbed: dict[str, list[Row]], faulty: object
) -> None:
    words = _on_ray(nodes, [*SECOND_PASS, "--store", "killed"])
    store, east = nodes.driver / "killed", nodes.nodes["east"]
    process = _begin(nodes, words)
    _wait_for_records(store, 1, process)
    os.kill(nodes.nodes["head"].workers()[0].pid, 9)
    _wait_for_records(store, 3, process)
    east.kill()
    east.begin()
    _wait_for_records(store, 5, process)
    process.kill()
    process.communicate()
    acknowledged = good(rows_of(store))
    ended = end_of(_begin(nodes, words))
    east.wait()
    assert ended.status == 0, ended.err
    found = rows_of(store)
    assert difference(undisturbed["second"], found) == ""
    assert twice(store) == []
    assert {row["run"] for row in acknowledged} < {row["run"] for row in found}


def test_a_full_disk_and_another_version_cost_no_record(
    nodes: Nodes, undisturbed: dict[str, list[Row]]
) -> None:
    added = [
        nodes.add("full", cpus=1, full_disk=True),
        nodes.add("old", cpus=1, variables=other_version(nodes.top / "other", "0.1.0")),
    ]
    for node in added:
        node.wait()
    words = [*ENLARGE, "--column", "psnr", "--column", "ssim", *_models(FAITHFUL), "--workers", "4"]
    expected = [row for row in undisturbed["all"] if row["model"] not in FAULTY]
    said = ["is not used: it has iqabench 0.1.0 instead of"]
    said += ["is not used any more: the disk is full"] if nodes.covers else []
    unsaid = said
    for store in ("odd-1", "odd-2", "odd-3"):  # on a busy machine others may do all of it first
        ended = end_of(_begin(nodes, _on_ray(nodes, [*words, "--store", store])))
        assert ended.status == 0, ended.err
        assert difference(expected, rows_of(nodes.driver / store)) == ""
        unsaid = [part for part in unsaid if part not in ended.err]
        if not unsaid:
            break
    for node in added:
        node.end()
        del nodes.nodes[node.name]
    assert not unsaid, ended.err


def _wait_for_records(store: Path, count: int, process: "Popen[str]") -> None:
    until = time.monotonic() + 90
    while not store.exists() or len(rows_of(store)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, f"no record number {count}"
        time.sleep(0.1)


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
    command: str, nodes: Nodes, images: Path, undisturbed: dict[str, list[Row]]
) -> None:
    words = [*COMMANDS[command].split(), "--device", "cpu", "--store", f"{command}-far"]
    ended = end_of(_begin(nodes, [*_on_ray(nodes, words), "--workers", "1"]))
    assert ended.status == 0, ended.err
    found = rows_of(images / f"{command}-far")
    assert difference(undisturbed[command], found) == ""
    assert len(found) == RECORDS[command]
