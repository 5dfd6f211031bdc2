"""Metrics over a whole set: one value, of all images or of none."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import MetricError, UsageError
from iqabench.images import OutputView, read_image, write_image
from iqabench.metrics import SetMetric, any_column, column, set_metrics
from iqabench.run import (
    Options,
    evaluate,
    no_targets,
    plan,
    score_folder,
    score_saved_outputs,
    targets_of_folder,
)
from iqabench.sets import load_set
from iqabench.store import WHOLE_SET, Store
from run.evaluated import records


class Rows(list[float]):
    """The features of the images: the mean of each."""

    @property
    def images(self) -> int:
        return len(self)


def gather(features: Iterable[np.ndarray]) -> Rows:
    return Rows(float(f[0, 0]) for f in features)


@pytest.fixture(autouse=True)
def brightness(monkeypatch: pytest.MonkeyPatch) -> SetMetric:
    """Return the difference of mean brightness: a metric over a set that is easy to compute by hand."""
    part = SetMetric(
        "brightness",
        lambda seen: np.array([[seen.output.mean(dtype=np.float64)]]),
        gather,
        lambda outputs, targets: abs(float(np.mean(outputs) - np.mean(targets))),
        "How far the mean brightness is off",
        "lower",
        "this test",
        0.0,
        least_images=2,
        min_size=4,
    )
    monkeypatch.setitem(set_metrics()._parts, "brightness", part)
    monkeypatch.setitem(set_metrics()._origin, "brightness", "here")
    assert "brightness" in set_metrics().names()
    return part


def test_a_run_leaves_one_record_of_all_images(tmp_path: Path) -> None:
    cells = plan(["bicubic", "nearest"], ["demo"], ["psnr", "brightness"], 4)
    outcome = evaluate(cells, Store(tmp_path), Options(device="cpu"))
    assert outcome.failures == []
    found = [r for r in records(tmp_path) if r["column"] == "brightness@sr-rgb"]
    assert [(r["sample"], r["kind"], r["images"]) for r in found] == [(WHOLE_SET, "set", 5)] * 2
    again = evaluate(cells, Store(tmp_path), Options(device="cpu"))
    assert again.done == 0
    assert set(again.keys) == set(outcome.keys)


def test_the_value_is_over_what_the_protocol_shows(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for folder in ("outputs", "targets"):
        for name in "abc":
            write_image(
                tmp_path / folder / f"{name}.png", rng.integers(0, 256, (20, 24, 3), np.uint8)
            )
    targets = targets_of_folder(tmp_path / "targets", 4)
    score_folder(tmp_path / "outputs", targets, Store(tmp_path / "s"), ["brightness"], device="cpu")
    [found] = records(tmp_path / "s")
    means = [
        np.mean([read_image(tmp_path / f / f"{n}.png")[4:-4, 4:-4].mean() for n in "abc"])
        for f in ("outputs", "targets")
    ]
    assert found["value"] == pytest.approx(abs(means[0] - means[1]))


def test_a_missing_image_leaves_no_value(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for folder, names in (("outputs", "ac"), ("targets", "abc")):
        for name in names:
            write_image(
                tmp_path / folder / f"{name}.png", rng.integers(0, 256, (20, 24, 3), np.uint8)
            )
    targets = targets_of_folder(tmp_path / "targets", None)
    outcome, _ = score_folder(
        tmp_path / "outputs", targets, Store(tmp_path / "s"), ["psnr", "brightness"], device="cpu"
    )
    found = {r["column"]: r for r in records(tmp_path / "s") if r["sample"] in ("a", WHOLE_SET)}
    assert found["psnr@rgb"]["status"] == "ok"
    assert found["brightness@rgb"]["value"] is None
    assert "b: it has no output" in found["brightness@rgb"]["error"]
    assert len(outcome.failures) == 2


def test_kept_outputs_and_pools(tmp_path: Path) -> None:
    cells = plan(["bicubic"], ["demo"], ["psnr"], 4)
    options = Options(device="cpu", save_outputs=tmp_path / "saved")
    evaluate(cells, Store(tmp_path / "s"), options)
    score_saved_outputs(
        tmp_path / "saved", Store(tmp_path / "s"), ["brightness@unpaired:demo"], "cpu"
    )
    [found] = [r for r in records(tmp_path / "s") if r["kind"] == "set"]
    made = [
        read_image(p).mean()
        for p in sorted((tmp_path / "saved" / "bicubic" / "demo_x4").glob("*.png"))
    ]
    pool = [np.asarray(s.load().target).mean() for s in load_set("demo", 4)]
    assert found["value"] == pytest.approx(abs(np.mean(made) - np.mean(pool)))
    assert found["reference"].startswith("5 images, ")


def test_too_few_and_too_small(tmp_path: Path, brightness: SetMetric) -> None:
    write_image(tmp_path / "o" / "a.png", np.zeros((8, 8, 3), np.uint8))
    score_folder(
        tmp_path / "o",
        no_targets(tmp_path / "o", None),
        Store(tmp_path / "s"),
        ["brightness@unpaired:demo"],
        device="cpu",
    )
    [found] = records(tmp_path / "s")
    assert "needs at least 2 images; there are 1" in found["error"]
    with pytest.raises(MetricError, match="at least 4 pixels a side"):
        brightness.look(OutputView(np.zeros((3, 9, 1), np.uint8)))


def test_what_is_of_a_set_is_no_column_of_an_image() -> None:
    with pytest.raises(UsageError, match="brightness is of a whole set, not of an image"):
        column("brightness")
    with pytest.raises(UsageError, match="expected brightness@rgb or brightness@unpaired:FOLDER"):
        any_column("brightness@consensus")
