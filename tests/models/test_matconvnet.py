"""Weights in MATLAB's files, good and bad."""

import os
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from scipy.io import savemat

from iqabench.errors import WeightsError
from iqabench.models.core.load import load_model
from iqabench.models.core.weights import read_state
from iqabench.models.dncnn.network import DnCNN, adapt

from .matlab_files import Layer, write_network

RNG = np.random.default_rng(7)
FIRST = RNG.normal(size=(3, 3, 1, 4)).astype(np.float32)
LAST = RNG.normal(size=(3, 3, 4)).astype(np.float32)  # one output: MATLAB drops the dimension
FIRST_BIAS = np.arange(4, dtype=np.float32).reshape(4, 1)
LAST_BIAS = np.full((1, 1), 0.5, np.float32)
LAYERS: list[Layer] = [("conv", [FIRST, FIRST_BIAS]), ("relu", []), ("conv", [LAST, LAST_BIAS])]


def test_filters_come_as_torch_has_them(tmp_path: Path) -> None:
    path = tmp_path / "net.mat"
    write_network(path, LAYERS)
    state = read_state(path)
    assert {k: tuple(v.shape) for k, v in state.items()} == {
        "0.weight": (4, 1, 3, 3),
        "0.bias": (4,),
        "1.weight": (1, 4, 3, 3),
        "1.bias": (1,),
    }
    assert state["0.weight"][2, 0, 1, 0].item() == FIRST[1, 0, 0, 2]
    assert state["1.weight"][0, 3, 0, 2].item() == LAST[0, 2, 3]
    assert state["0.bias"].tolist() == [0, 1, 2, 3]
    assert all(value.dtype == torch.float32 for value in state.values())
    DnCNN(layers=2, features=4).load_state_dict(adapt(state, 1), strict=True)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([("relu", [])], "has no convolutions"),
        ([("conv", [FIRST])], r"arrays of \[\(3, 3, 1, 4\)\] in convolution 1; expected filters"),
        ([LAYERS[0], ("conv", [LAST, FIRST_BIAS])], "in convolution 2"),
        ([("conv", [FIRST[:, :, 0], FIRST_BIAS])], "in convolution 1"),
        ([("conv", [FIRST.astype(np.int16), FIRST_BIAS])], "in convolution 1"),
        ([*LAYERS[:1], ("bnorm", [FIRST_BIAS, FIRST_BIAS])], "layer 2, of type 'bnorm'.*Merge it"),
    ],
)
def test_what_is_no_chain_of_convolutions(layers: list[Layer], said: str, tmp_path: Path) -> None:
    path = tmp_path / "net.mat"
    write_network(path, layers)
    with pytest.raises(WeightsError, match=said):
        read_state(path, "net.mat")


def test_a_file_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "net.mat"
    write_network(path, LAYERS)
    whole = path.read_bytes()
    for size in (30, 200, 600, len(whole) - 300):
        path.write_bytes(whole[:size])
        with pytest.raises(WeightsError, match=r"net.mat is damaged, or not a MatConvNet network"):
            read_state(path, "net.mat")


@pytest.mark.parametrize("inside", ["image", "net", "net/layers", "net/weights"])
def test_other_files_of_matlab(inside: str, tmp_path: Path) -> None:
    path = tmp_path / "other.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_dataset(inside, data=np.zeros((3, 3)))
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file")
    with pytest.raises(WeightsError, match=r"Expected a struct 'net' whose cells 'layers'"):
        read_state(path, "other.mat")


def test_an_array_that_claims_more_than_any_file_holds(tmp_path: Path) -> None:
    """Four bytes of a damaged file can ask for all memory."""
    path = tmp_path / "net.mat"
    write_network(path, LAYERS)
    with h5py.File(path, "r+") as file:
        file.create_dataset("#refs#/large", (1, 2**40), np.float32, chunks=(1, 4))
        file[file["net/layers"][0, 0]]["weights"][1, 0] = file["#refs#/large"].ref
    with pytest.raises(WeightsError, match=f"an array claims {2**42} bytes"):
        read_state(path, "net.mat")


def test_version_5_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "old.mat"
    savemat(path, {"net": {"layers": np.zeros(3)}})
    with pytest.raises(WeightsError, match=r"old.mat is a MATLAB file of version 5; .* '-v7.3'"):
        read_state(path, "old.mat")


def test_it_needs_h5py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.mat"
    write_network(path, LAYERS)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(WeightsError, match=r"needs h5py.*pip install 'iqabench\[matlab\]'"):
        read_state(path, "net.mat")


def test_the_authors_two_files_of_one_network_agree(mirror: str) -> None:
    """They published DnCNN for 25 for MatConvNet and, years later, for torch."""
    sha256 = "5a5404c9e3ef14e353760e14b885439408a654618e14f13b2e97b99b9835020b"
    found = [Path(m, "sha256", sha256[:2], sha256) for m in mirror.split(os.pathsep)]
    matlab = next((path for path in found if path.is_file()), None)
    if matlab is None:
        pytest.skip("NO FILE: the mirror lacks model/specifics/sigma=25.mat of cszn/DnCNN")
    try:
        torchs = load_model("dncnn_25", progress=False).module
    except WeightsError:
        pytest.skip("NO FILE: the mirror lacks dncnn_25.pth")
    assert torchs is not None
    state = adapt(read_state(matlab), 1)
    assert set(state) == set(torchs.state_dict())
    assert all(torch.equal(value, state[name]) for name, value in torchs.state_dict().items())
