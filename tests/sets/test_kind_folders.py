"""Folders of one kind of task: what each looks like, what it becomes, and what is refused."""

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest
import tifffile

from iqabench.errors import IqabenchError, SetError
from iqabench.images import Part
from iqabench.lazy_module import LazyModule
from iqabench.sets import load_set
from iqabench.sets.sample_set import SampleSet

from .conftest import picture, write

scipy_io = LazyModule("scipy.io")
Save = Callable[[Path, np.ndarray], object]
MS = (np.arange(24 * 32 * 8).reshape(24, 32, 8) * 7 % 2048).astype(np.uint16)
PAN = (np.arange(96 * 128).reshape(96, 128) * 3 % 2048).astype(np.uint16)


def put(
    folder: Path, parts: Mapping[str, np.ndarray], save: Save = np.save, end: str = ".npy"
) -> Path:
    for role, array in parts.items():
        (folder / role).mkdir(parents=True, exist_ok=True)
        save(folder / role / f"scene{end}", array)
    return folder


def tiff(path: Path, array: np.ndarray) -> None:
    is_interleaved = array.ndim == 3 and array.shape[-1] == 8
    layout = "contig" if is_interleaved else None
    tifffile.imwrite(path, array, photometric="minisblack", planarconfig=layout)


def parts_of(folder: Path | str) -> Mapping[str, Part]:
    (sample,) = load_set(str(folder)).samples
    return sample.load().parts


def refused(folder: Path | str, message: str) -> None:
    with pytest.raises(IqabenchError, match=message):
        parts_of(folder)


def summary(loaded: SampleSet) -> tuple[object, ...]:
    return loaded.task, loaded.level, loaded.scale, loaded.protocol


@pytest.mark.parametrize(
    ("save", "end", "form"),
    [
        (np.save, ".npy", lambda a: a),
        (np.save, ".npy", lambda a: np.moveaxis(a, -1, 0) if a.ndim == 3 else a),
        (np.save, ".npy", lambda a: a.astype(np.float64)),
        (tiff, ".tif", lambda a: a),
        (tiff, ".tif", lambda a: np.moveaxis(a, -1, 0) if a.ndim == 3 else a),
        (tiff, ".tif", lambda a: a.astype(np.float32)),
        (lambda p, a: np.savez(p, pixels=a), ".npz", lambda a: a),
        (lambda p, a: scipy_io.savemat(p, {"x": a.astype(float)}), ".mat", lambda a: a),
    ],
    ids=["npy", "npy-bands-first", "npy-float", "tif", "tif-pages", "tif-float", "npz", "mat"],
)
def test_bands_of_a_sensor_are_read_from_every_kind_of_file(
    tmp_path: Path, save: Save, end: str, form: Callable[[np.ndarray], np.ndarray]
) -> None:
    put(tmp_path, {"ms": form(MS), "pan": form(PAN)}, save, end)
    loaded = load_set(str(tmp_path))
    assert summary(loaded) == ("pansharpen", "x4", 4, "bands-11")
    assert loaded.notes == (f"{tmp_path} was read as a set for pan-sharpening: input, pan.",)
    parts = loaded.samples[0].load().parts
    assert np.array_equal(parts["input"][0], MS)
    assert np.array_equal(parts["pan"][0, :, :, 0], PAN)
    assert {part.dtype.name for part in parts.values()} == {"uint16"}
    assert load_set(loaded.address).hash == loaded.hash


def hdf5(path: Path, arrays: Mapping[str, np.ndarray], *, matlab: bool = False) -> None:
    with h5py.File(path, "w", userblock_size=512 if matlab else 0) as file:
        for name, array in arrays.items():
            file[name] = array.T if matlab else array
    if matlab:
        with path.open("r+b") as raw:
            raw.write(b"MATLAB 7.3 MAT-file".ljust(128))


def test_a_file_of_arrays_is_one_sample_or_several(tmp_path: Path) -> None:
    for name in ("mat", "mat73", "npz", "h5"):
        (tmp_path / name).mkdir()
    scipy_io.savemat(tmp_path / "mat" / "a.mat", {"I_MS_LR": MS, "I_PAN": PAN, "L": 11.0})
    hdf5(tmp_path / "mat73" / "a.mat", {"I_MS": MS, "I_PAN": PAN}, matlab=True)
    np.savez(tmp_path / "npz" / "a.npz", ms=MS, pan=PAN)
    several: dict[str, np.ndarray] = {
        "ms": np.moveaxis(MS, 2, 0)[None],
        "pan": PAN[None, None],
        "lms": np.zeros((2, 2)),
    }
    several = {name: np.concatenate([each] * 2) for name, each in several.items()}
    hdf5(tmp_path / "h5" / "a.h5", several)
    for name in ("mat", "mat73", "npz", "h5"):
        loaded = load_set(str(tmp_path / name))
        assert summary(loaded) == ("pansharpen", "x4", 4, "bands-11")
        parts = loaded.samples[-1].load().parts
        assert np.array_equal(parts["input"][0], MS), name
        assert np.array_equal(parts["pan"][0, :, :, 0], PAN), name
    assert [sample.name for sample in loaded] == ["a_0000", "a_0001"]


def test_reduced_resolution_makes_targets_of_the_inputs(tmp_path: Path) -> None:
    put(tmp_path, {"ms": MS, "pan": PAN})
    loaded = load_set(f"{tmp_path}@wald-worldview3")
    assert summary(loaded) == ("pansharpen", "wald-worldview3", 4, "bands-11")
    parts = loaded.samples[0].load().parts
    assert np.array_equal(parts["target"][0], MS)
    assert (parts["input"].shape, parts["pan"].shape) == ((1, 6, 8, 8), (1, 24, 32, 1))
    assert loaded.roles == {"input", "target", "pan"}
    assert load_set(loaded.address).hash == loaded.hash
    refused(
        f"{tmp_path}@wald-sentinel9", "was given the sensor 'sentinel9'; expected one of quickbird"
    )
    put(tmp_path, {"gt": np.zeros((96, 128, 8), np.uint16)})
    refused(f"{tmp_path}@wald-worldview3", "has targets already, so inputs are not reduced")


@pytest.mark.usefixtures("mirror")
def test_a_user_s_file_gives_the_samples_of_the_named_sets(tmp_path: Path) -> None:
    named = load_set("pansharpen-wv3").samples[0].load().parts
    arrays = {"I_MS_LR": named["input"][0], "I_PAN": named["pan"][0, :, :, 0]}
    scipy_io.savemat(tmp_path / "mine.mat", arrays)
    reduced = load_set("pansharpen-wv3-reduced").samples[0].load().parts
    mine = parts_of(f"{tmp_path}@wald-worldview3")
    assert all(np.array_equal(mine[role], part) for role, part in reduced.items())
    assert all(np.array_equal(parts_of(tmp_path)[role], part) for role, part in named.items())


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"ms": (MS >> 3).astype(np.uint8)}, "input of 'scene' has 8 bits; expected the counts"),
        (
            {"ms": MS << 5},
            "values up to 65504; expected 11 bits, 0 to 2047. .* divided again by 32",
        ),
        ({"ms": MS / 2047}, "holds float64 numbers from 0 to 1; .* divided by their largest value"),
        ({"ms": MS[0, 0, 0]}, r"has the shape \(\); expected"),
        (
            {"pan": MS[..., :2].repeat(4, 0).repeat(4, 1)},
            "the pan of 'scene' has 2 bands; expected one",
        ),
        (
            {"pan": PAN[:90]},
            "the pan of 'scene' is 128x90 and the input 32x24; expected a pan of 128x96",
        ),
        (
            {"gt": np.zeros((96, 128, 4), np.uint16)},
            "input of 'scene' has 8 bands and its target 4",
        ),
        ({"input": MS}, "has the subfolders 'input' and 'ms' for one part, the input"),
    ],
)
def test_data_that_no_sensor_gives_are_refused(
    tmp_path: Path, parts: Mapping[str, np.ndarray], message: str
) -> None:
    put(tmp_path, {"ms": MS, "pan": PAN, **parts})
    refused(tmp_path, message)


def test_what_is_missing_is_told_with_what_is_expected(tmp_path: Path) -> None:
    put(tmp_path / "a", {"pan": PAN})
    refused(
        tmp_path / "a",
        r"has no 'input', which pan-sharpening needs. Expected the subfolders input/ms",
    )
    (tmp_path / "b").mkdir()
    np.savez(tmp_path / "b" / "s.npz", a=MS, b=PAN)
    refused(tmp_path / "b", r"Arrays such as s\.npz are read in sets of sensors; name the kind")
    refused(f"{tmp_path / 'b'}@pansharpen", r"s\.npz holds a, b\. Expected")
    (tmp_path / "b" / "s.npz").write_bytes(b"PK damaged")
    refused(f"{tmp_path / 'b'}@pansharpen", r"s\.npz is damaged")


def test_sources_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    far, near = picture(8, 9), picture(8, 9, seed=1)
    write(tmp_path / "f" / "near" / "a-A.png", near)
    write(tmp_path / "f" / "far" / "a-B.png", far)
    loaded = load_set(str(tmp_path / "f"))
    assert summary(loaded) == ("fuse", "fuse", 1, "rgb")
    assert np.array_equal(loaded.samples[0].load().parts["input"], np.stack([near, far]))
    for number, image in enumerate((near, far, far), 1):
        write(tmp_path / "n" / f"source_{number}" / "a.png", image)
    write(tmp_path / "n" / "target" / "a.png", far)
    parts = parts_of(tmp_path / "n")
    assert (len(parts["input"]), np.array_equal(parts["target"][0], far)) == (3, True)
    write(tmp_path / "i" / "ir" / "a.png", picture(8, 9, 1))
    write(tmp_path / "i" / "vi" / "a.png", near)
    assert parts_of(tmp_path / "i")["input"].shape == (2, 8, 9, 3)
    write(tmp_path / "i" / "ir" / "b.png", near)
    refused(tmp_path / "i", "'b' lies in ir and not in vi; expected the sources of every scene")


def test_a_mask_of_the_spectrum_makes_the_input(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    slices = rng.normal(0, 1, (3, 16, 16)) + 1j * rng.normal(0, 1, (3, 16, 16))
    mask = np.zeros((16, 16))
    mask[4:12, 4:12] = 1
    put(tmp_path / "m", {"target": slices, "mask": mask})
    loaded = load_set(f"{tmp_path / 'm'}@mri")
    assert summary(loaded) == ("mri", "mri", 1, "magnitude")
    parts = loaded.samples[0].load().parts
    assert (parts["target"].shape, parts["target"].dtype.name) == ((3, 16, 16, 1), "complex64")
    put(tmp_path / "t", {"target": slices.astype(np.complex64)})
    middle = parts_of(f"{tmp_path / 't'}@mri-x2")
    assert np.allclose(parts["input"], middle["input"], atol=1e-6)
    assert np.array_equal(parts["mask"][0], middle["mask"][0])
    put(tmp_path / "r", {"target": np.stack([slices.real, slices.imag], -1), "mask": mask})
    assert np.allclose(parts_of(f"{tmp_path / 'r'}@mri")["input"], parts["input"], atol=1e-5)
    put(tmp_path / "m", {"mask": mask[:8]})
    refused(f"{tmp_path / 'm'}@mri", "the mask of 'scene' is 16x8 and the target 16x16")
    put(tmp_path / "m", {"mask": rng.normal(0, 1, (16, 16))})
    refused(f"{tmp_path / 'm'}@mri", "is no mask: it holds 256 different numbers")


def test_rescaling_needs_only_images(tmp_path: Path) -> None:
    write(tmp_path / "a.png", picture(16, 24))
    loaded = load_set(f"{tmp_path}@rescale-x2")
    assert summary(loaded) == ("rescale", "x2", 2, "sr-y")
    parts = loaded.samples[0].load().parts
    assert np.array_equal(parts["input"], parts["target"])
    assert parts["low_target"].shape == (1, 8, 12, 3)
    assert load_set(loaded.address).hash == loaded.hash
    assert load_set(f"{tmp_path}@rescale").level == "x4"


def test_a_composite_tells_harmonisation(tmp_path: Path) -> None:
    image, mask = picture(8, 8), np.zeros((8, 8, 1), np.uint8)
    mask[2:5] = 255
    for role, pixels in (("composite", image), ("mask", mask), ("real", image)):
        write(tmp_path / role / "a.png", pixels)
    assert summary(load_set(str(tmp_path))) == ("harmonise", "harmonise", 1, "rgb")
    assert set(parts_of(tmp_path)) == {"input", "mask", "target"}


def test_compressed_clips_of_several_strengths_lie_beside_their_targets(tmp_path: Path) -> None:
    """One folder for each quantisation, as the frames of decoded videos are; the level names it."""
    for t in range(3):
        frame = picture(32, 48, seed=t)
        write(tmp_path / "target" / "001" / f"{t + 1:03d}.png", frame)
        for quality in (10, 40):
            _, coded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
            decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
            write(tmp_path / f"qp{47 - quality}" / "001" / f"{t + 1:03d}.png", decoded)
    errors = {}
    for level in ("qp37", "qp7"):
        loaded = load_set(f"{tmp_path}@{level}")
        assert summary(loaded) == ("restore", level, 1, "rgb")
        assert load_set(loaded.address).hash == loaded.hash
        parts = loaded.samples[0].load().parts
        assert parts["input"].shape == parts["target"].shape == (3, 32, 48, 3)
        errors[level] = np.abs(parts["input"].astype(int) - parts["target"]).mean()
    assert errors["qp37"] > errors["qp7"] > 0
    (tmp_path / "qp37" / "001" / "002.png").unlink()
    with pytest.raises(SetError, match="the clips of '001' differ in length"):
        load_set(f"{tmp_path}@qp37").samples[0].load()
    refused(f"{tmp_path}@qp22", "'qp22' is no level of a folder; expected one such as x4")
