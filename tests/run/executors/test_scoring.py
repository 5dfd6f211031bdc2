"""Outputs have the same records on other machines: of images, of consensus, and of whole sets."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import ModelError
from iqabench.images import write_image
from iqabench.metrics import SetMetric, set_metrics
from iqabench.run import (
    Options,
    PairingOptions,
    evaluate,
    plan,
    score_folder,
    score_saved_outputs,
    targets_for_many,
    targets_of_folder,
    with_inputs,
)
from iqabench.run.executors.placement import Placement
from iqabench.store import Store
from run.executors.travelling import TravellingExecutor, use, values

RAY = Placement(executor="ray")
SCORE = "iqabench.run.scoring.score"
NAMES = "abcde"


class Means(list[float]):
    """The features of the images: the mean of each."""

    @property
    def images(self) -> int:
        return len(self)


def gather(features: Iterable[np.ndarray]) -> Means:
    return Means(float(f[0, 0]) for f in features)


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register a metric over a set whose value depends on the order of the images."""
    part = SetMetric(
        "ordered",
        lambda seen: np.array([[seen.output.mean(dtype=np.float64)]]),
        gather,
        lambda outputs, targets: float(np.arange(len(outputs)) @ np.subtract(outputs, targets)),
        "How far the weighted mean is off",
        "lower",
        "this test",
        0.0,
        least_images=2,
    )
    monkeypatch.setitem(set_metrics()._parts, "ordered", part)
    monkeypatch.setitem(set_metrics()._origin, "ordered", "here")


def write_folders(top: Path, *folders: str) -> None:
    rng = np.random.default_rng(3)
    for folder in folders:
        side = 12 if folder == "inputs" else 24
        for name in NAMES:
            pixels = rng.integers(0, 256, (side, side, 3), np.uint8)
            write_image(top / folder / f"{name}.png", pixels)


@pytest.mark.usefixtures("ordered")
def test_the_records_of_a_folder_are_those_of_local_scoring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    write_folders(work, "outputs", "targets", "inputs")
    (work / "outputs" / "b.png").write_bytes(b"no image")
    targets = with_inputs(targets_of_folder(work / "targets", 2), work / "inputs", 2)
    columns = ["psnr", "ssim", "psnr@lr", "entropy", "psnr@model:bicubic", "ordered"]
    local, far = Store(tmp_path / "local"), Store(tmp_path / "far")
    expected, _ = score_folder(work / "outputs", targets, local, columns, device="cpu")
    use(monkeypatch, SCORE, TravellingExecutor(work))
    outcome, _ = score_folder(work / "outputs", targets, far, columns, device="cpu", placement=RAY)
    assert values(far) == values(local)
    assert (outcome.done, outcome.keys) == (expected.done, expected.keys)
    assert sorted(map(str, outcome.failures)) == sorted(map(str, expected.failures))


@pytest.mark.usefixtures("ordered")
def test_features_are_folded_in_the_order_of_the_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    write_folders(work, "outputs", "targets")
    targets = targets_of_folder(work / "targets", None)
    local, far = Store(tmp_path / "local"), Store(tmp_path / "far")
    score_folder(work / "outputs", targets, local, ["ordered@rgb"], device="cpu")
    executor = TravellingExecutor(work)
    use(monkeypatch, SCORE, executor)
    outcome, _ = score_folder(
        work / "outputs", targets, far, ["ordered@rgb"], device="cpu", placement=RAY
    )
    assert values(far) == values(local)
    assert outcome.failures == []
    assert len(values(far)) == 1
    again, _ = score_folder(
        work / "outputs", targets, far, ["ordered@rgb"], device="cpu", placement=RAY
    )
    assert (again.done, again.skipped) == (0, 5)
    assert sum(name == "ordered@rgb: the targets" for name in executor.jobs) == 1


@pytest.mark.usefixtures("ordered")
def test_an_image_that_no_worker_finishes_costs_its_records_and_the_value_of_the_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    write_folders(work, "outputs", "targets")
    use(monkeypatch, SCORE, TravellingExecutor(work, lambda item: item.name == "c"))
    outcome, _ = score_folder(
        work / "outputs",
        targets_of_folder(work / "targets", None),
        Store(tmp_path / "far"),
        ["mae", "ordered@rgb"],
        device="cpu",
        placement=RAY,
    )
    assert [str(f) for f in outcome.failures] == [
        "outputs on c: its process ended",
        "outputs: ordered@rgb: c: its process ended",
    ]


def test_several_outputs_of_a_target_and_outputs_without_one_travel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    write_folders(work, "targets")
    rng = np.random.default_rng(4)
    for name in ("a_1", "a_2", "d_1"):
        write_image(work / "outputs" / f"{name}.png", rng.integers(0, 256, (24, 24, 3), np.uint8))
    pairing = PairingOptions(many=True)
    targets = targets_for_many(
        work / "outputs", targets_of_folder(work / "targets", None, pairing), pairing
    )
    local, far = Store(tmp_path / "local"), Store(tmp_path / "far")
    score_folder(work / "outputs", targets, local, ["psnr"], device="cpu", options=pairing)
    use(monkeypatch, SCORE, TravellingExecutor(work))
    score_folder(
        work / "outputs", targets, far, ["psnr"], device="cpu", options=pairing, placement=RAY
    )
    assert len(values(far)) == 3
    assert values(far) == values(local)


@pytest.fixture
def saved(tmp_path: Path, made_once: Callable[..., Path]) -> Path:
    def make(folder: Path) -> None:
        cells = plan(["bicubic", "nearest", "pocket"], ["demo"], ["psnr"], 4)
        options = Options(device="cpu", progress=False, save_outputs=folder / "saved", limit=3)
        evaluate(cells, Store(folder / "store"), options)

    return made_once("saved-for-executors", make)


def test_the_records_of_saved_outputs_and_their_consensus_are_those_of_local_scoring(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = ["psnr@consensus", "ssim", "psnr@model:bicubic"]
    local, far = Store(tmp_path / "local"), Store(tmp_path / "far")
    expected = score_saved_outputs(saved / "saved", local, columns, "cpu")
    use(monkeypatch, SCORE, TravellingExecutor(saved / "saved"))
    outcome = score_saved_outputs(saved / "saved", far, columns, "cpu", placement=RAY)
    assert values(far) == values(local)
    assert (outcome.done, outcome.keys) == (expected.done, expected.keys)


def test_a_model_of_ones_own_to_compare_with_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    write_folders(work, "outputs", "targets", "inputs")
    targets = with_inputs(targets_of_folder(work / "targets", 2), work / "inputs", 2)
    use(monkeypatch, SCORE, TravellingExecutor(work))
    with pytest.raises(ModelError, match=r"lies only on this machine\. Leave --executor out"):
        score_folder(
            work / "outputs",
            targets,
            Store(tmp_path / "far"),
            ["psnr@model:mine.safetensors"],
            device="cpu",
            placement=RAY,
        )
