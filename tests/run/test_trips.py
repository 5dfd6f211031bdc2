"""Three trips of other shapes than one image in, one image out, on real samples with known figures."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from iqabench.files.cache import blob
from iqabench.run import Options, evaluate, plan
from iqabench.store import Store

MANIFESTS = Path(__file__).parents[2] / "iqabench" / "sets" / "manifests"


def means(store: Path, models: list[str], sets: list[str]) -> dict[str, float]:
    outcome = evaluate(plan(models, sets, [], None), Store(store), Options(device="cpu"))
    assert outcome.failures == []
    with Store(store).connect() as connection:
        rows = connection.execute(
            'SELECT "column", avg(value) FROM records GROUP BY ALL'
        ).fetchall()
    return dict(rows)


def test_the_mean_of_two_frames_on_middlebury(tmp_path: Path, mirror: str) -> None:
    """The figures were measured independently, rounded half up, as means over the twelve."""
    found = means(tmp_path, ["mean_frame"], ["middlebury-other"])
    assert found["psnr@rgb"] == pytest.approx(27.9983, abs=5e-5)
    assert found["mae@rgb"] == pytest.approx(5.7429, abs=5e-5)
    assert found["rmse@rgb"] == pytest.approx(11.4683, abs=5e-5)


def test_a_round_trip_has_two_outputs_and_both_are_scored(tmp_path: Path, mirror: str) -> None:
    found = means(tmp_path, ["bicubic_rescale"], ["set5-rescale"])
    assert found["low:psnr@sr-y"] == float("inf")  # bicubic against bicubic
    # The way back starts from what bicubic on Set5 x4 starts from, and rounds as it does.
    enlarged = means(tmp_path / "sr", ["bicubic"], ["set5_x4"])
    assert found["psnr@sr-y"] == pytest.approx(enlarged["psnr@sr-y"], abs=0.02)


def test_bicubic_on_frames_of_foliage(tmp_path: Path, mirror: str) -> None:
    """Frames of one clip: the figure of the clip is the mean over its frames."""
    with (MANIFESTS / "vid4.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if line["sample"] == "foliage"][:3]
    place = tmp_path / "vid" / "target" / "foliage"
    place.mkdir(parents=True)
    for line in lines:
        source = blob(Path(mirror.split(":", maxsplit=1)[0]), line["sha256"])
        if not source.is_file():
            pytest.skip("NO MIRROR: it lacks the frames of Vid4's foliage")
        shutil.copy(source, place / f"{int(line['frame']):03}.png")
    store = Store(tmp_path / "r")
    outcome = evaluate(
        plan(["bicubic"], [str(tmp_path / "vid")], [], None), store, Options(device="cpu")
    )
    assert outcome.failures == []
    with store.connect() as connection:
        frames = connection.execute(
            "SELECT value FROM frames WHERE metric = 'psnr' ORDER BY frame"
        ).fetchall()
        (mean,) = connection.execute("SELECT value FROM records WHERE metric = 'psnr'").fetchall()
    values = [value for (value,) in frames]
    assert len(values) == 3
    assert mean[0] == pytest.approx(np.mean(values), rel=1e-12)
    assert all(20 < value < 30 for value in values)
