"""Images of sensors on their way through a run: bands, a panchromatic image, 11 bits, and what goes wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import ImageError, ModelError, SetError
from iqabench.images import Part, read_matlab, write_part
from iqabench.lazy_module import LazyModule
from iqabench.metrics import column
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import random_model
from iqabench.models.core.restore_parts import restore_parts
from iqabench.run import Cell, Options, evaluate
from iqabench.sets import Recipe, SampleRef, SampleSet
from iqabench.sets.place import Place
from iqabench.store import Store

scipy_io = LazyModule("scipy.io")


def bands(side: int, number: int) -> Part:
    ramp = np.linspace(1, 2047, side * side * number).reshape(1, side, side, number)
    return ramp.astype(np.uint16)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, tuple[Place, ...]]:
    """The parts of a sample of eight bands in files."""
    parts = {"input": bands(12, 8), "pan": bands(48, 1)}
    places = {role: write_part(tmp_path / role, part) for role, part in parts.items()}
    return {role: (Place(path, path.name),) for role, path in places.items()}


def sample(files: dict[str, tuple[Place, ...]]) -> SampleRef:
    return SampleRef("a", Recipe(4), files, scaled=("pan",), depth="uint16")


def test_eight_bands_and_a_panchromatic_image_are_run_and_scored(
    tmp_path: Path, files: dict[str, tuple[Place, ...]]
) -> None:
    images = SampleSet("s", "S", "pansharpen", "x4", 4, "bands-11", (sample(files),))
    columns = tuple(column(name, "bands-11") for name in ("d_lambda", "d_s", "qnr", "psnr@rgb"))
    name = "pnn_wv3_x4"
    cell = Cell(name, card_of(name), images, "image", columns)
    options = Options(device="cpu", allow_random_weights=True, save_outputs=tmp_path / "o")
    outcome = evaluate([cell], Store(tmp_path / "r"), options)
    with Store(tmp_path / "r").connect() as connection:
        rows = connection.execute(
            "SELECT metric, value, error FROM records ORDER BY ALL"
        ).fetchall()
    told = {metric: (value, error) for metric, value, error in rows}
    lambda_, s, quality = (told[metric][0] for metric in ("d_lambda", "d_s", "qnr"))
    assert quality == pytest.approx((1 - lambda_) * (1 - s))
    assert "compares images of 8 bits, and this output is uint16" in told["psnr"][1]
    assert outcome.done == 1
    (saved,) = (tmp_path / "o").rglob("a.npz")
    assert np.load(saved)["pixels"].shape == (1, 48, 48, 8)


def test_what_a_sensors_model_does_not_take() -> None:
    model = random_model(card_of("pnn_wv3_x4"))
    small, pan = bands(12, 8), bands(48, 1)
    wrong: dict[str, dict[str, Part]] = {
        "of 8 bands; the sample's has 4. Choose a model of the same sensor": {
            "input": small[..., :4],
            "pan": pan,
        },
        "of 48x48, 4 times the size of the input; the sample's is 44x48": {
            "input": small,
            "pan": pan[:, :, :44],
        },
        "values up to 2047, not an image stretched to 8 bits": {
            "input": (small >> 3).astype(np.uint8),
            "pan": pan,
        },
    }
    for message, parts in wrong.items():
        with pytest.raises(ModelError, match=message):
            restore_parts(model, parts)


def test_a_panchromatic_image_of_the_wrong_size_costs_its_sample(
    tmp_path: Path, files: dict[str, tuple[Place, ...]]
) -> None:
    path = write_part(tmp_path / "other", bands(40, 1))
    wrong = replace(sample(files), files={**files, "pan": (Place(path, "other"),)})
    with pytest.raises(
        SetError, match="pan of 'a' is 40x40 and the input 12x12; expected a pan of 48x48"
    ):
        wrong.load()


def test_arrays_of_matlab_files_are_parts(tmp_path: Path) -> None:
    path = tmp_path / "scene.mat"
    scipy_io.savemat(path, {"I_MS": bands(12, 8)[0], "L": "text"})
    assert np.array_equal(read_matlab(path, "I_MS"), bands(12, 8))
    with pytest.raises(ImageError, match="holds no array 'I_PAN'; it holds I_MS, L"):
        read_matlab(path, "I_PAN")
    path.write_bytes(b"no such file")
    with pytest.raises(ImageError, match="is no MATLAB file of version 5"):
        read_matlab(path, "I_MS")
