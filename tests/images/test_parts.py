"""Parts in files: bit for bit what was written, in every depth, and a clear word about everything else."""

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.errors import ImageError
from iqabench.images import as_part, read_image, read_part, write_part
from iqabench.images.parts import PART_TYPES

SHAPES = [(1, 7, 9, 1), (1, 7, 9, 3), (1, 7, 9, 8), (5, 7, 9, 3), (2, 7, 9, 1)]


def random_part(kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    rng = np.random.default_rng(0)
    if kind.startswith("uint"):
        return rng.integers(0, np.iinfo(kind).max + 1, shape).astype(kind)
    if kind == "complex64":
        return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(kind)
    return (rng.normal(size=shape) * 1e5).astype(kind)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", PART_TYPES)
def test_what_is_written_is_read_bit_for_bit(
    tmp_path: Path, kind: str, shape: tuple[int, ...]
) -> None:
    part = random_part(kind, shape)
    path = write_part(tmp_path / "new" / "butterfly", part)
    assert path.suffix == (
        ".png" if kind[0] == "u" and shape[0] == 1 and shape[3] in (1, 3) else ".npz"
    )
    again = read_part(path)
    assert again.dtype == part.dtype
    assert np.array_equal(again, part)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_an_8_bit_image_is_the_png_that_everybody_reads(tmp_path: Path) -> None:
    part = random_part("uint8", (1, 7, 9, 3))
    path = write_part(tmp_path / "a.png", part)
    assert path == tmp_path / "a.png"
    assert np.array_equal(read_image(path), part[0])
    assert np.array_equal(np.asarray(PillowImage.open(path)), part[0])


def test_not_a_number_and_infinity_are_kept(tmp_path: Path) -> None:
    part = np.array([np.nan, np.inf, -0.0, 1e-45], np.float32).reshape(1, 1, 4, 1)
    assert read_part(write_part(tmp_path / "a", part)).tobytes() == part.tobytes()


def test_an_image_is_a_clip_of_one_frame(tmp_path: Path) -> None:
    image = random_part("uint16", (7, 9, 3))
    assert np.array_equal(read_part(write_part(tmp_path / "a", image)), image[None])


def test_a_dot_in_a_name_is_kept(tmp_path: Path) -> None:
    part = random_part("float32", (1, 7, 9, 1))
    assert write_part(tmp_path / "x0.5", part).name == "x0.5.npz"
    assert write_part(tmp_path / "x0.5.png", part).name == "x0.5.npz"


def test_the_order_of_bytes_is_the_machine_s(tmp_path: Path) -> None:
    part = random_part("uint16", (1, 7, 9, 1))
    np.save(tmp_path / "big.npy", part.astype(">u2"))
    again = read_part(tmp_path / "big.npy")
    assert again.dtype == np.uint16
    assert np.array_equal(again, part)


@pytest.mark.parametrize(
    ("kind", "bands"),
    [(k, b) for k in ("uint8", "uint16", "float32") for b in (1, 3, 4) if (k, b) != ("uint8", 4)],
)  # four bands of 8 bits are an image with an alpha channel, which `read_image` decides on
def test_tiff_of_other_programs(tmp_path: Path, kind: str, bands: int) -> None:
    image = random_part(kind, (7, 9, bands))
    order = [2, 1, 0, 3][:bands] if bands > 1 else [0]
    assert cv2.imwrite(str(tmp_path / "a.tif"), image[:, :, order])
    assert np.array_equal(read_part(tmp_path / "a.tif"), image[None])


def test_pages_of_a_tiff_are_frames(tmp_path: Path) -> None:
    part = random_part("uint8", (4, 7, 9, 3))
    frames = [PillowImage.fromarray(frame) for frame in part]
    frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:])
    assert np.array_equal(read_part(tmp_path / "a.tif"), part)


def test_pages_of_two_sizes_are_refused(tmp_path: Path) -> None:
    frames = [PillowImage.new("RGB", (9, 7)), PillowImage.new("RGB", (8, 7))]
    frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:])
    with pytest.raises(ImageError, match=r"a\.tif has pages of the shapes"):
        read_part(tmp_path / "a.tif")


def test_deep_netpbm(tmp_path: Path) -> None:
    image = random_part("uint16", (7, 9, 3))
    assert cv2.imwrite(str(tmp_path / "a.ppm"), image[:, :, ::-1])
    assert np.array_equal(read_part(tmp_path / "a.ppm"), image[None])


@pytest.mark.parametrize("shape", [(7, 9), (7, 9, 2), (3, 7, 9, 2)], ids=str)
def test_arrays_of_fewer_dimensions(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = random_part("float32", shape)
    np.save(tmp_path / "a.npy", pixels)
    expected = {2: (1, 7, 9, 1), 3: (1, 7, 9, 2), 4: shape}[len(shape)]
    assert read_part(tmp_path / "a.npy").shape == expected
    assert as_part(pixels).shape == expected


@pytest.mark.parametrize("kind", ["float64", "int16", "bool", "complex128", "float16"])
def test_other_types_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ImageError, match=f"a holds {kind}; expected one of uint8, uint16"):
        write_part(tmp_path / "a", np.zeros((1, 7, 9, 1), kind))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("shape", [(7,), (1, 2, 7, 9, 1), (0, 7, 9, 1), (1, 7, 9, 0)], ids=str)
def test_other_shapes_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="has the shape"):
        write_part(tmp_path / "a", np.zeros(shape, np.uint8))


@pytest.mark.parametrize("kind", ["uint16", "float32"])
@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.9])
def test_altered_bytes_are_noticed(tmp_path: Path, kind: str, place: float) -> None:
    path = write_part(tmp_path / "a", random_part(kind, (1, 40, 50, 3)))
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 255
    path.write_bytes(content)
    with pytest.raises(ImageError, match=r"a\.(png|npz) is damaged"):
        read_part(path)


@pytest.mark.parametrize("kind", ["uint16", "float32"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_files_that_were_cut_are_named(tmp_path: Path, kind: str, share: float) -> None:
    path = write_part(tmp_path / "a", random_part(kind, (1, 40, 50, 3)))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ImageError, match=r"a\.(png|npz) is damaged"):
        read_part(path)


def test_a_damaged_tiff_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"II*\0" + b"\xff" * 40)
    with pytest.raises(ImageError, match=r"a\.tif is damaged"):
        read_part(path)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(ImageError, match=r"a\.npy is damaged, or holds more than numbers"):
        read_part(tmp_path / "a.npy")


def test_an_npz_without_pixels_says_what_it_holds(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", mask=np.zeros((7, 9), np.uint8))
    with pytest.raises(ImageError, match="holds the arrays mask; expected one called 'pixels'"):
        read_part(tmp_path / "a.npz")


def test_deep_alpha_is_refused(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "a.png"), random_part("uint16", (7, 9, 4)))
    with pytest.raises(ImageError, match="has an alpha channel"):
        read_part(tmp_path / "a.png")


def test_absent_and_empty_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^foliage/im1 cannot be read"):
        read_part(tmp_path / "absent", "foliage/im1")
    (tmp_path / "a.npz").touch()
    with pytest.raises(ImageError, match="is an empty file"):
        read_part(tmp_path / "a.npz")


def test_a_broken_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = random_part("float32", (1, 7, 9, 1))
    path = write_part(tmp_path / "a", part)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ImageError, match=r"a\.npz cannot be written: No space left"):
        write_part(tmp_path / "a", part + 1)
    assert np.array_equal(read_part(path), part)
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_part_gives_the_same_bytes(tmp_path: Path) -> None:
    part = random_part("float32", (2, 7, 9, 1))
    first, second = write_part(tmp_path / "a", part), write_part(tmp_path / "b", part)
    assert first.read_bytes() == second.read_bytes()


def test_an_npz_by_another_name_is_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, pixels=np.zeros((7, 9), np.float32))
    (tmp_path / "0f3a").write_bytes(buffer.getvalue())
    assert read_part(tmp_path / "0f3a").shape == (1, 7, 9, 1)
