"""Files of arrays that are damaged, or that hold something else than images."""

import io
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import ImageError
from iqabench.images import array_shapes, in_depth, read_array
from iqabench.images.formats.mat5 import mat5_array, mat5_shapes
from iqabench.lazy_module import LazyModule

scipy_io = LazyModule("scipy.io")
HELD = {
    "a": np.arange(24, dtype=np.uint16).reshape(2, 3, 4),
    "b": np.arange(6.0).reshape(2, 3),
    "c": np.ones((2, 2)) + 2j,
    "text": "words",
    "struct": {"x": 1},
    "cell": np.array([1, "b"], dtype=object),
}


@pytest.fixture(params=[False, True], ids=["plain", "compressed"])
def content(request: pytest.FixtureRequest) -> bytes:
    buffer = io.BytesIO()
    scipy_io.savemat(buffer, HELD, do_compression=request.param)
    return buffer.getvalue()


def test_arrays_are_those_that_scipy_reads(content: bytes) -> None:
    expected = scipy_io.loadmat(io.BytesIO(content))
    assert mat5_shapes(content, "f") == {"a": (2, 3, 4), "b": (2, 3), "c": (2, 2)}
    for name in ("a", "b", "c"):
        array = mat5_array(content, name, "f")
        assert array.dtype == expected[name].dtype
        assert np.array_equal(array, expected[name])


def test_a_damaged_file_is_refused_or_read_and_never_more(content: bytes) -> None:
    rng = np.random.default_rng(0)
    refused: list[str] = []
    for _ in range(300):
        changed = bytearray(content[: rng.integers(130, len(content))])
        changed[rng.integers(0, len(changed))] = rng.integers(0, 256)
        try:
            for name in mat5_shapes(bytes(changed), "f"):
                mat5_array(bytes(changed), name, "f")
        except ImageError as error:
            refused.append(str(error))
    assert len(refused) > 100
    assert all(message.startswith("f ") for message in refused)


def test_names_and_shapes_that_are_not_there_are_told(tmp_path: Path) -> None:
    path = tmp_path / "s.npz"
    np.savez(path, a=np.zeros((2, 3, 4)), b=np.zeros(3))
    assert array_shapes(path, "s") == {"a": (2, 3, 4), "b": (3,)}
    for variable, message in {
        "x": "s holds no array 'x'; it holds a, b",
        "": "s holds several arrays: a, b",
        "b": r"s: b has the shape \(3,\)",
        "a[0": "names no array",
        "a#9": "s: a#9 is not there: 'a' has 2 samples",
        "a[7]": r"s: a\[7\] is not there: it has the bands 0 to 3",
    }.items():
        with pytest.raises(ImageError, match=message):
            read_array(path, variable, "s")
    (tmp_path / "t.mat").write_text("text")
    with pytest.raises(ImageError, match=r"is no file of arrays; expected NPY, NPZ"):
        array_shapes(tmp_path / "t.mat")


def test_counts_are_whole_numbers() -> None:
    assert in_depth(np.full((1, 2, 2, 1), 3.0), "uint16", "f").dtype == np.uint16
    for value, message in {-1.0: "from -1 to -1", 0.5: "from 0.5 to 0.5", 7e4: "to 70000"}.items():
        with pytest.raises(ImageError, match=message):
            in_depth(np.full((1, 2, 2, 1), value), "uint16", "f")
    with pytest.raises(ImageError, match="expected whole numbers"):
        in_depth(np.full((1, 2, 2, 1), 1j), "uint16", "f")
