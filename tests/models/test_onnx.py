"""ONNX files of all kinds that people export, made here of one network, with its outputs as the truth."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from iqabench.errors import IqabenchWarning, ModelError
from iqabench.images import Image
from iqabench.models.core.fixed_size import forward_fixed
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.models.core.second_size import check_second_size

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
helper, kinds = onnx.helper, onnx.TensorProto

RNG = np.random.default_rng(0)
WEIGHT = (RNG.standard_normal((12, 3, 3, 3)) * 0.2).astype(np.float32)
IMAGE: Image = RNG.integers(0, 256, (90, 150, 3)).astype(np.uint8)


def truth(image: Image) -> Image:
    """Return the output of the network: one convolution and a pixel shuffle, in PyTorch."""
    batch = torch.from_numpy(image.transpose(2, 0, 1).copy())[None].float() / 255
    padded = torch.nn.functional.conv2d(batch, torch.from_numpy(WEIGHT), padding=1)
    output: Image = torch.pixel_shuffle(padded, 2)[0].permute(1, 2, 0).numpy() * 255
    return output


def write(
    path: Path,
    shape: list[Any],
    *,
    kind: int = kinds.FLOAT,
    before: list[Any] | None = None,
    after: list[Any] | None = None,
    given: str = "x",
    returned: str = "y",
    returned_kind: int | None = None,
) -> str:
    """Write the network with nodes before and after it; it computes x -> y."""
    inner_kind = kinds.FLOAT16 if kind == kinds.FLOAT16 else kinds.FLOAT
    weight = onnx.numpy_helper.from_array(
        WEIGHT.astype(np.float16 if inner_kind == kinds.FLOAT16 else np.float32), "w"
    )
    constants = [onnx.numpy_helper.from_array(np.array(255, np.float32), "peak")]
    constants.append(onnx.numpy_helper.from_array(np.array(0.5, np.float32), "half"))
    nodes = [
        *(before or []),
        helper.make_node("Conv", ["x", "w"], ["f"], "conv", pads=[1, 1, 1, 1]),
        helper.make_node("DepthToSpace", ["f"], ["y"], "up", blocksize=2, mode="CRD"),
        *(after or []),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(given, kind, shape)],
        [helper.make_tensor_value_info(returned, returned_kind or kind, [None] * 4)],
        [weight, *constants],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), str(path))
    return str(path)


def restored(name: str, image: Image = IMAGE) -> Image:
    return restore(load_model(name), image).image


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ([1, 3, 64, 64], IMAGE),
        ([1, 3, 64, 96], IMAGE),
        ([1, 3, 64, "w"], IMAGE),
        ([2, 3, "h", "w"], IMAGE),
        ([1, 3, 64, 64], IMAGE[:64, :64]),
        ([1, 3, 128, 160], IMAGE[:70, :40]),
    ],
)
def test_a_fixed_size_is_served_in_tiles_of_exactly_that_size(
    tmp_path: Path, shape: list[Any], image: Image
) -> None:
    output = restored(write(tmp_path / "fixed.onnx", shape), image)
    inner = slice(2, -2)  # a smaller image is padded by reflection, the truth with zeros
    assert np.allclose(output[inner, inner], truth(image)[inner, inner], atol=1e-2)


def test_tiles_are_told_in_the_record(tmp_path: Path) -> None:
    name = write(tmp_path / "fixed.onnx", [1, 3, 64, 96])
    note = restore(load_model(name), IMAGE, tile=32).tile_note
    assert note == "tiles of 96x64, the only size that it takes"


def test_every_pixel_of_the_output_comes_from_the_middle_of_a_tile() -> None:
    batch = torch.arange(3 * 200 * 130, dtype=torch.float32).reshape(1, 3, 200, 130)

    def forward(part: torch.Tensor) -> torch.Tensor:
        assert part.shape[2:] == (64, 96)
        return part.repeat_interleave(2, 2).repeat_interleave(2, 3)

    output = forward_fixed(forward, batch, (64, 96), 2)
    assert torch.equal(output, batch.repeat_interleave(2, 2).repeat_interleave(2, 3))


def test_channels_may_be_last(tmp_path: Path) -> None:
    name = write(
        tmp_path / "last.onnx",
        [1, "h", "w", 3],
        before=[helper.make_node("Transpose", ["last"], ["x"], perm=[0, 3, 1, 2])],
        after=[helper.make_node("Transpose", ["y"], ["out"], perm=[0, 2, 3, 1])],
        given="last",
        returned="out",
    )
    assert np.allclose(restored(name), truth(IMAGE), atol=1e-2)


def test_half_precision_is_served(tmp_path: Path) -> None:
    name = write(tmp_path / "half.onnx", [1, 3, "h", "w"], kind=kinds.FLOAT16)
    assert np.abs(restored(name) - truth(IMAGE)).max() < 1


@pytest.mark.parametrize("returned", ["bytes", "y", "levels"])
def test_bytes_are_served(tmp_path: Path, returned: str) -> None:
    after = [
        helper.make_node("Mul", ["y", "peak"], ["levels"]),
        helper.make_node("Add", ["levels", "half"], ["above"]),
        helper.make_node("Clip", ["above", "", "peak"], ["clipped"]),
        helper.make_node("Relu", ["clipped"], ["positive"]),
        helper.make_node("Cast", ["positive"], ["bytes"], to=kinds.UINT8),
    ]
    name = write(
        tmp_path / "bytes.onnx",
        [1, 3, "h", "w"],
        kind=kinds.UINT8,
        before=[
            helper.make_node("Cast", ["whole"], ["float"], to=kinds.FLOAT),
            helper.make_node("Div", ["float", "peak"], ["x"]),
        ],
        after=after,
        given="whole",
        returned=returned,
        returned_kind=kinds.UINT8 if returned == "bytes" else kinds.FLOAT,
    )
    expected = truth(IMAGE)
    if returned == "bytes":
        expected = np.floor(np.clip(expected, 0, 255) + 0.5)
    output = restored(name)
    assert np.abs(output - expected).max() <= (1 if returned == "bytes" else 1e-2)


def test_weights_in_a_missing_file_are_named(tmp_path: Path) -> None:
    write(tmp_path / "plain.onnx", [1, 3, "h", "w"])
    onnx.save_model(
        onnx.load(tmp_path / "plain.onnx"),
        str(tmp_path / "outside.onnx"),
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    assert np.allclose(restored(str(tmp_path / "outside.onnx")), truth(IMAGE), atol=1e-2)
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(ModelError, match=r"in another file are missing.*weights\.bin"):
        load_model(str(tmp_path / "outside.onnx"))


def test_an_error_of_the_runtime_is_an_error_of_the_model(tmp_path: Path) -> None:
    shape = onnx.numpy_helper.from_array(np.array([1, 12, 64, 64]), "shape")
    name = write(
        tmp_path / "baked.onnx",
        [1, 3, "h", "w"],
        after=[
            helper.make_node("Constant", [], ["shape"], value=shape),
            helper.make_node("Reshape", ["f"], ["g"], "baked"),
        ],
    )
    model = onnx.load(name)
    model.graph.node[-1].input.append("shape")
    model.graph.output[0].name = "g"
    onnx.save(model, name)
    with pytest.raises(ModelError, match=r"baked\.onnx"):
        load_model(name)


def test_a_size_that_was_baked_in_is_found_out() -> None:
    def counting(batch: torch.Tensor) -> torch.Tensor:
        mean = batch.sum((2, 3), keepdim=True) / (64 * 64)  # as a trace at 64x64 keeps it
        return (batch - mean).repeat_interleave(2, 2).repeat_interleave(2, 3)

    def honest(batch: torch.Tensor) -> torch.Tensor:
        mean = batch.mean((2, 3), keepdim=True)
        return (batch - mean).repeat_interleave(2, 2).repeat_interleave(2, 3)

    check_second_size(honest, "honest", 3, 2)
    with pytest.warns(IqabenchWarning, match="gives other pixels at 64x64"):
        check_second_size(counting, "counting", 3, 2)
    with pytest.raises(
        ModelError, match=r"turned an image of 128x64 into 128x128; expected 256x128"
    ):
        check_second_size(lambda batch: honest(batch)[..., :128], "cropped", 3, 2)
    with pytest.raises(ModelError, match="NaN"):
        check_second_size(lambda batch: honest(batch) / 0, "broken", 3, 2)
