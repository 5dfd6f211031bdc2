"""Images of sensors on their way through a run: bands, a panchromatic image, 11 bits, and what goes wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import ImageError, ModelError, SetError
from iqabench.files.fetch import fetch
from iqabench.images import Case, Part, read_array, write_part
from iqabench.lazy_module import LazyModule
from iqabench.metrics import column, scores
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_model, random_model
from iqabench.models.core.restore_parts import restore_parts
from iqabench.run import Cell, Options, evaluate
from iqabench.sets import Recipe, SampleRef, SampleSet, files_of, load_set
from iqabench.sets.facts import InputFacts
from iqabench.sets.place import Place
from iqabench.sets.recipe import recipe
from iqabench.store import Store
from iqabench.trust import trusting

scipy_io = LazyModule("scipy.io")
PSNR = column("psnr@magnitude", "rgb")


def bands(side: int, number: int) -> Part:
    ramp = np.linspace(1, 2047, side * side * number).reshape(1, side, side, number)
    return ramp.astype(np.uint16)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, tuple[Place, ...]]:
    """The parts of a sample of eight bands in files."""
    parts = {"input": bands(12, 8), "pan": bands(48, 1)}
    places = {role: write_part(tmp_path / role, part) for role, part in parts.items()}
    return {role: (Place(path, path.name),) for role, path in places.items()}


def measured(files: dict[str, tuple[Place, ...]]) -> SampleSet:
    """Return a set of complex slices of which the middle half of each axis of the spectrum was measured."""
    steps = recipe(
        InputFacts(degradation="spectrum_centre"),
        "x2",
        1,
        luma_target=False,
        parts=[("mask", (InputFacts(degradation="spectrum_mask"),))],
    )
    samples = (SampleRef("a", steps, files, depth="complex64"),)
    return SampleSet("s", "S", "mri", "x2", 1, "magnitude", samples)


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
    assert np.array_equal(read_array(path, "I_MS"), bands(12, 8))
    with pytest.raises(ImageError, match="holds no array 'I_PAN'; it holds I_MS"):
        read_array(path, "I_PAN")
    path.write_bytes(b"no such file")
    with pytest.raises(ImageError, match="is no file of arrays"):
        read_array(path, "I_MS")


def test_complex_slices_are_scored_by_their_magnitude(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    target = (rng.normal(0, 1, (1, 32, 32, 1)) + 1j * rng.normal(0, 1, (1, 32, 32, 1))) / 8
    path = write_part(tmp_path / "a", target.astype(np.complex64))
    slices = measured({"target": (Place(path, "a"),)})
    cell = Cell("zero_filled", card_of("zero_filled"), slices, "image", (PSNR,))
    evaluate([cell], Store(tmp_path / "r"), Options(device="cpu"))
    with Store(tmp_path / "r").connect() as connection:
        ((value,),) = connection.execute("SELECT value FROM records").fetchall()
    parts = slices.samples[0].load().parts
    error = np.mean((np.abs(parts["input"]) - np.abs(target)) ** 2)
    assert value == pytest.approx(10 * np.log10(np.abs(target).max() ** 2 / error), abs=1e-4)
    window = np.fft.fftshift(np.abs(np.fft.fft2(parts["input"][0, :, :, 0])) > 1e-6)
    assert np.array_equal(window, parts["mask"][0, :, :, 0] == 255)
    assert window[8:24, 8:24].all()
    assert window.sum() == 16 * 16


def test_the_output_before_is_an_input_of_a_volume(tmp_path: Path, networks: str) -> None:
    """A network with a state fills what was not measured with the spectrum of its output before."""
    folder = tmp_path / "models" / "follower"
    folder.mkdir(parents=True)
    (folder / "card.yaml").write_text(
        "family: own\ntitle: own\nlicence: none stated\ntask: mri\nnetwork: networks.Follower\n"
        "channels: any\nparams: 0\nstate: true\ntakes: {input: {depth: complex64}, mask: {}}\n"
        "gives: {output: {depth: complex64}}\nmembers:\n  - id: follower\n"
    )
    rng = np.random.default_rng(0)
    volume = np.cumsum(rng.normal(0, 1, (4, 32, 32, 1)), axis=0) * 0.1 + 1
    path = write_part(tmp_path / "v", volume.astype(np.complex64))
    with trusting():
        model = load_model(str(folder))
    parts = measured({"target": (Place(path, "v"),)}).samples[0].load().parts
    whole = restore_parts(model, parts).parts["output"]
    assert np.allclose(whole[0], parts["input"][0], atol=1e-5)
    again = restore_parts(model, {role: part[1:] for role, part in parts.items()}).parts["output"]
    assert np.allclose(again[0], parts["input"][1], atol=1e-5)  # a new clip begins without a state
    assert not np.allclose(whole[1], parts["input"][1], atol=1e-4)


@pytest.mark.usefixtures("mirror")
def test_the_zero_filled_figures_of_a_knee() -> None:
    """Known: 32.975 dB at half and 28.723 dB at a quarter of each axis, with the maximum as the peak."""
    fetch([files_of("mri-knee-slices_x2")[0]], owner="mri-knee-slices")
    for level, figure in {"x2": 32.975, "x4": 28.723}.items():
        parts = load_set(f"mri-knee-slices_{level}", fetch=False).samples[0].load().parts
        case = Case(parts["input"][0], parts["target"][0])
        assert scores([PSNR], case) == pytest.approx([figure], abs=0.0005)
