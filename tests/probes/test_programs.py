"""Counts in programs, ONNX and TorchScript: they are those of the network that was exported."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from iqabench.errors import ProbeError
from iqabench.models.loaders.onnx_graph import OnnxGraph
from iqabench.models.loaders.onnx_program import open_program
from iqabench.probes import ProbedModel, ProbeResult, cost_column

BATCH = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
COLUMNS = (
    "macs",
    "macs@conv",
    "params",
    "params@conv_weights",
    "activations",
    "conv_layers",
    "weights_mib",
)
QUIET = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


class Convolutional(nn.Module):
    """Convolutions with groups, strides and holes, transposed ones, and a product of matrices."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        self.single = nn.Conv2d(16, 16, 3, padding=1, groups=16)
        self.holes = nn.Conv2d(16, 16, 3, padding=2, dilation=2, groups=4)
        self.slope = nn.PReLU(16)
        self.mix = nn.Linear(16, 16)
        self.smaller = nn.Conv2d(16, 16, 3, stride=2, padding=1)
        self.larger = nn.ConvTranspose2d(16, 12, 4, stride=2, padding=1, groups=4)

    def forward(self, x: Tensor) -> Tensor:
        features = self.holes(self.single(self.slope(self.first(x))))
        features = self.mix(features.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        output: Tensor = torch.pixel_shuffle(self.larger(self.smaller(features)), 2)
        return output + nn.functional.interpolate(x, scale_factor=2.0, mode="bilinear")


class Attention(nn.Module):
    """Attention over all pixels, norms, and bicubic interpolation."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.Conv2d(3, 48, 1)
        self.norm = nn.LayerNorm(16)
        self.last = nn.Conv2d(16, 12, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        number, _, height, width = x.shape
        query, key, value = self.parts(x).reshape(number, 3, 16, height * width).unbind(1)
        weights = torch.softmax(query @ key.transpose(1, 2) / 4, -1)
        features = (weights @ value).reshape(number, 16, height, width)
        features = self.norm(features.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        gated = features * torch.sigmoid(features.mean((2, 3), keepdim=True))
        output: Tensor = torch.pixel_shuffle(self.last(gated), 2)
        return output + nn.functional.interpolate(x, scale_factor=2.0, mode="bicubic")


def plain() -> nn.Module:
    """Return a network of 4096 x (3 x 8 + 8 x 48) x 9 = 15,040,512 multiply-accumulates at 64x64."""
    layers = [nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 48, 3, padding=1)]
    return nn.Sequential(*layers, nn.PixelShuffle(4))


def as_onnx(network: nn.Module, folder: Path) -> ProbedModel:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    path = folder / "network.onnx"
    torch.onnx.export(network, (BATCH,), path, dynamo=False, opset_version=17, input_names=["x"])
    program = open_program(path)
    return ProbedModel("exported", program, BATCH, graph=OnnxGraph(program), compiled=True)


def measured(model: ProbedModel, column: str) -> ProbeResult:
    return cost_column(column)(model)


@QUIET
@pytest.mark.parametrize("make", [Convolutional, Attention, plain])
def test_an_export_costs_what_its_network_costs(make: type[nn.Module], tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = make().eval()
    original, exported = ProbedModel("net", network, BATCH, network), as_onnx(network, tmp_path)
    for column in COLUMNS:
        assert measured(exported, column).value == measured(original, column).value, column
    if make is plain:
        assert measured(exported, "macs").value == 15_040_512
    for convention in ("torch", "fvcore", "ntire2022"):
        with pytest.raises(ProbeError):
            measured(exported, f"macs@{convention}")
    with pytest.raises(ProbeError):
        measured(exported, "params@trainable")


@QUIET
def test_an_operator_without_a_rule_fails_the_count(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = as_onnx(nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU()).eval(), tmp_path)
    changed = onnx.load(tmp_path / "network.onnx")
    changed.graph.node[-1].op_type = "Sinh"
    onnx.save(changed, tmp_path / "network.onnx")
    assert model.graph is not None
    with pytest.raises(ProbeError, match="no rule for the cost of Sinh"):
        measured(model, "macs")


@QUIET
@pytest.mark.parametrize("frozen", [False, True])
def test_a_script_has_no_opaque_operators(frozen: bool) -> None:
    network = plain().eval()
    script = torch.jit.script(network)
    if frozen:
        script = torch.jit.freeze(script)
    model = ProbedModel("script", script, BATCH, script, compiled=True)
    result = measured(model, "macs")
    assert result.value == 15_040_512
    assert result.details["notes"] == []
    assert measured(model, "params").value == 224 + 3504
    assert measured(model, "activations").value == 64 * 64 * (8 + 48)
    assert measured(model, "weights_mib").value == 4 * (224 + 3504) / 2**20
    with pytest.raises(ProbeError, match="modules cannot be seen"):
        measured(model, "macs@ntire2022")


def test_nothing_is_counted_in_another_process() -> None:
    closed = "its work is done by another process"
    model = ProbedModel("tool", lambda batch: batch * 2, BATCH, closed=closed)
    for column in ("macs", "flops", "params", "activations", "memory_mib", "weights_mib"):
        with pytest.raises(ProbeError, match=f"of tool cannot be had: {closed}"):
            measured(model, column)
    with pytest.raises(ProbeError):
        measured(model, "macs@torch")
