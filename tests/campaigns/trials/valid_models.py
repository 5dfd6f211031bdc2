"""Valid files of models, to be damaged: weights, programs, networks of MATLAB, cards."""

import io
import pickle
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import onnx
import scipy.io
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import Tensor, nn

from iqabench.models.core.load import load_model
from trials.valid_files import Payload, printed


def _state() -> dict[str, Tensor]:
    network = load_model("pocket", 4).module
    assert network is not None
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def state_dictionary(top: Path) -> Sequence[Path]:
    """Make the weights of the embedded network as torch saves them, plainly and in a wrapper."""
    torch.save(_state(), top / "plain.pth")
    torch.save({"params_ema": _state(), "step": 7}, top / "wrapped.pth")
    torch.save(_state(), top / "old.pth", _use_new_zipfile_serialization=False)
    return printed(top, sorted(top.iterdir()))


def safetensors_file(top: Path) -> Sequence[Path]:
    """Make the weights of the embedded network as safetensors."""
    save_file({name: value.contiguous() for name, value in _state().items()}, top / "w.safetensors")
    return printed(top, [top / "w.safetensors"])


def payload_pickle(top: Path) -> Sequence[Path]:
    """Make weights with a payload, as torch saves them and as plain pickles."""
    state = {**_state(), "payload": Payload()}
    torch.save(state, top / "new.pth")
    torch.save(state, top / "old.pth", _use_new_zipfile_serialization=False)
    (top / "plain.pth").write_bytes(pickle.dumps(state))
    return printed(top, sorted(top.iterdir()))


def torch_script(top: Path) -> Sequence[Path]:
    """Make a traced network that enlarges by four."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            _small_network(), torch.rand(1, 3, 16, 16)
        )
        traced.save(str(top / "traced.pt"))
    return printed(top, [top / "traced.pt"])


def exported_program(top: Path) -> Sequence[Path]:
    """Make an exported program, and one with a pickle among its sample inputs."""
    program = torch.export.export(_small_network(), (torch.rand(1, 3, 16, 16),))
    torch.export.save(program, top / "plain.pt2")
    with zipfile.ZipFile(top / "plain.pt2") as old, zipfile.ZipFile(top / "evil.pt2", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if "sample_inputs" in name:
                buffer = io.BytesIO()
                torch.save(Payload(), buffer)
                data = buffer.getvalue()
            new.writestr(name, data)
    return printed(top, [top / "plain.pt2", top / "evil.pt2"])


def onnx_file(top: Path) -> Sequence[Path]:
    """Make an ONNX network that enlarges by four, with weights in the file and beside it."""
    weights = np.random.default_rng(0).normal(0, 0.1, (48, 3, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["input", "w"], ["features"], pads=[1, 1, 1, 1]),
            helper.make_node("DepthToSpace", ["features"], ["output"], blocksize=4, mode="CRD"),
        ],
        "network",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, None, None])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 3, None, None])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, top / "whole.onnx")
    onnx.save(
        model, top / "two.onnx", save_as_external_data=True, location="two.bin", size_threshold=0
    )
    return printed(top, [top / "whole.onnx", top / "two.onnx"])


def _small_network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 48, 3, padding=1), nn.PixelShuffle(4)).eval()


def matlab_file(top: Path) -> Sequence[Path]:
    """Make a network of MatConvNet in both formats of MATLAB."""
    rng = np.random.default_rng(0)
    sizes = [(3, 3, 1, 8), (3, 3, 8, 8), (3, 3, 8, 1)]
    layers = np.empty((1, 2 * len(sizes) - 1), dtype=object)
    for number, size in enumerate(sizes):
        filters, biases = (
            rng.normal(0, 0.1, size).astype(np.float32),
            np.zeros((size[-1], 1), np.float32),
        )
        cells = np.empty((1, 2), dtype=object)
        cells[0, 0], cells[0, 1] = filters, biases
        layers[0, 2 * number] = {"type": "conv", "weights": cells}
        if number < len(sizes) - 1:
            layers[0, 2 * number + 1] = {"type": "relu"}
    scipy.io.savemat(top / "v5.mat", {"net": {"layers": layers}}, do_compression=True)
    with h5py.File(top / "v73.mat", "w", userblock_size=512) as file:
        file.create_dataset("net/layers", data=np.zeros(4))
    return printed(top, sorted(top.iterdir()))


def card(top: Path) -> Sequence[Path]:
    """Make the folder of a family of models with every usual field."""
    family = top / "mynet"
    family.mkdir()
    (family / "card.yaml").write_text(
        "family: mynet\ntitle: My network\nlicence: MIT\nsource: arXiv:0000.00000\nnetwork: MyNet\n"
        "training_sets: [div2k]\nnotes: None.\nmembers:\n"
        "  - {id: mynet, scale: 2, params: 0}\n"
        "  - id: mynet-x4\n    scale: 4\n    params: 0\n    weights:\n      file: w.pth\n"
        "      url: http://127.0.0.1:9/w.pth\n"
        f"      sha256: {'0' * 64}\n      bytes: 100\n"
    )
    (family / "network.py").write_text(
        "from torch import nn\n\ndef MyNet(scale):\n    return nn.Upsample(scale_factor=scale)\n"
    )
    return printed(top, [family / "card.yaml"])
