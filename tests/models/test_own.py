"""Models that users bring: files, factories and commands, good and bad."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from iqabench.errors import (
    FactsError,
    ModelError,
    UnknownNameError,
    UsageError,
    WeightsError,
)
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_of, read_family
from iqabench.models.core.load import load_card, load_model, random_model
from iqabench.models.core.model import Precision
from iqabench.models.core.network import build
from iqabench.models.core.restore import restore
from iqabench.models.core.weights import load_strictly, read_state


class Doubling(nn.Module):
    """The smallest honest x2 network."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.interpolate(x * self.gain, scale_factor=2.0, mode="nearest")


IMAGE = np.arange(16 * 12 * 3, dtype=np.uint8).reshape(16, 12, 3)
DOUBLED = IMAGE.repeat(2, axis=0).repeat(2, axis=1)


@pytest.mark.filterwarnings("ignore:.*torch.jit.*")  # retired by torch, still handed around
def test_torchscript_runs_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "double.pt"
    traced = torch.jit.trace(Doubling(), torch.rand(1, 3, 8, 8))  # type: ignore[no-untyped-call]
    torch.jit.save(traced, str(path))
    model = load_model(str(path))
    assert (model.card.id, model.card.scale, model.card.params) == ("double", 2, 1)
    assert np.allclose(restore(model, IMAGE).image, DOUBLED, atol=1e-3)


def test_exported_programs_run_by_their_path(tmp_path: Path) -> None:
    path = tmp_path / "double.pt2"
    height, width = torch.export.Dim("h", min=4, max=512), torch.export.Dim("w", min=4, max=512)
    program = torch.export.export(
        Doubling(), (torch.rand(1, 3, 16, 20),), dynamic_shapes={"x": {2: height, 3: width}}
    )
    torch.export.save(program, path)
    assert np.allclose(restore(load_model(str(path), trust=True), IMAGE).image, DOUBLED, atol=1e-3)


def test_onnx_runs_by_its_path(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, kinds = onnx.helper, onnx.TensorProto
    shape = [1, 3, "h", "w"]
    node = helper.make_node(
        "Resize",
        ["x", "", "s"],
        ["y"],
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    graph = helper.make_graph(
        [node],
        "double",
        [helper.make_tensor_value_info("x", kinds.FLOAT, shape)],
        [helper.make_tensor_value_info("y", kinds.FLOAT, [1, 3, "h2", "w2"])],
        [helper.make_tensor("s", kinds.FLOAT, [4], [1.0, 1.0, 2.0, 2.0])],
    )
    path = tmp_path / "double.onnx"
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), str(path))
    model = load_model(str(path))
    assert model.card.scale == 2
    assert np.allclose(restore(model, IMAGE).image, DOUBLED, atol=1e-3)


def test_a_factory_runs_by_its_name(in_tmp: Path) -> None:
    code = Path(__file__).read_text().split("class Doubling")[1].split("IMAGE =")[0]
    head = "import torch\nfrom torch import Tensor, nn\nclass Doubling"
    (in_tmp / "factory_of_mine.py").write_text(head + code)
    model = load_model("factory_of_mine:Doubling")
    assert np.allclose(restore(model, IMAGE).image, DOUBLED, atol=1e-3)
    with pytest.raises(ModelError, match=r"no_such_module.*package\.module:factory"):
        load_model("no_such_module:f")
    with pytest.raises(ModelError, match=r"returned a PosixPath"):
        load_model("pathlib:Path")


def test_a_command_runs_by_its_line() -> None:
    read, write = (
        "i = cv2.imread(sys.argv[1])",
        "cv2.imwrite(sys.argv[2], i.repeat(2, 0).repeat(2, 1))",
    )
    code = f"import cv2, sys; {read}; {write}"
    model = load_model(f'cmd:{sys.executable} -c "{code}" {{input}} {{output}}', 2)
    assert np.array_equal(restore(model, IMAGE).image, DOUBLED)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("cmd:false {input} {output}", "ended with status 1"),
        ("cmd:true {input} {output}", "wrote no file"),
        ("cmd:no-such-program {input} {output}", "cannot be started"),
    ],
)
def test_a_command_that_fails_says_how(line: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        restore(load_model(line, 2), IMAGE)


def test_a_command_without_places_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="lacks"):
        load_model("cmd:cp {input}", 1)


def test_spandrel_recognises_a_file_by_its_tensors(tmp_path: Path) -> None:
    card = card_of("swinir_light", 2)
    torch.manual_seed(0)
    path = tmp_path / "strange.safetensors"
    state = {k: v.contiguous() for k, v in build(card).state_dict().items()}
    safetensors.torch.save_file(state, path)
    model = load_model(str(path))
    assert (model.card.architecture, model.card.scale) == ("SwinIR", 2)
    assert model.card.params == card.params
    assert restore(model, IMAGE).image.shape == DOUBLED.shape


class Payload:
    """The object of a hostile pickle."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (eval, ("__import__('pathlib').Path('ran').write_text('x')",))


def test_a_pickle_that_would_run_code_is_refused(in_tmp: Path) -> None:
    torch.save({"params": Payload()}, in_tmp / "evil.pth")
    with pytest.raises(WeightsError, match="could run any code, so it is refused"):
        load_model(str(in_tmp / "evil.pth"))
    (in_tmp / "plain.pth").write_bytes(pickle.dumps(Payload()))
    with pytest.raises(WeightsError):
        load_model(str(in_tmp / "plain.pth"))
    assert not (in_tmp / "ran").exists()


@pytest.mark.parametrize("name", ["cut.pth", "cut.safetensors", "cut.pt", "cut.onnx", "cut.pt2"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04 and then nothing of the kind" * 3)
    with pytest.raises(ModelError, match=r"cut\."):
        load_model(str(path))


def test_a_truncated_checkpoint_is_named(tmp_path: Path) -> None:
    whole = tmp_path / "whole.pth"
    torch.save({"a": torch.rand(100, 100)}, whole)
    cut = tmp_path / "cut.pth"
    cut.write_bytes(whole.read_bytes()[:5000])
    with pytest.raises(WeightsError, match=r"cut\.pth"):
        load_model(str(cut))


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save({"gain": torch.ones(2), "more": torch.ones(1)}, path)
    with pytest.raises(WeightsError, match="no architecture that spandrel knows"):
        load_model(str(path))
    with pytest.raises(WeightsError, match=r"1 not expected \(more\); 1 of another shape \(gain"):
        load_strictly(Doubling(), read_state(path), "Doubling")


def test_checkpoints_are_unwrapped(tmp_path: Path) -> None:
    path = tmp_path / "wrapped.pth"
    torch.save({"params_ema": {"module.gain": torch.ones(1)}, "iter": 5}, path)
    assert list(read_state(path)) == ["gain"]


def test_unknown_names_get_suggestions() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'rlfn"):
        load_model("rlnf")
    with pytest.raises(ModelError, match=r"'rlfn' has x2, x4, not x3"):
        load_model("rlfn", 3)
    with pytest.raises(ModelError, match="does not exist"):
        load_model("missing.safetensors")


def test_absent_weights_say_what_to_do() -> None:
    with pytest.raises(WeightsError) as caught:
        load_model("rcan", 4)
    said = str(caught.value)
    for part in ("rcan_x4", "http", "iqabench fetch", "--from", "--allow-random-weights"):
        assert part in said
    assert load_model("rlfn_ntire", 4, allow_random_weights=True).random_weights


def test_a_wrong_card_is_found_in_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    text = "family: mine\ntitle: Mine\nmembers:\n  - id: mine\n    scale: four\n"
    (folder / "card.yaml").write_text(text)
    with pytest.raises(FactsError, match=r"card\.yaml:5: members\.0\.scale"):
        read_family(folder / "card.yaml")


def test_a_family_from_outside_loads_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "card.yaml").write_text(
        "family: mine\ntitle: Mine\nnetwork: make\nmembers: [{id: mine, scale: 2, params: 0}]\n"
    )
    (folder / "network.py").write_text(
        "from torch import nn\ndef make(scale):\n    return nn.Upsample(scale_factor=scale)\n"
    )
    card: Card = read_family(folder / "card.yaml")[0]
    assert np.allclose(restore(load_card(card, trust=True), IMAGE).image, DOUBLED)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_low_precision_reaches_networks_that_make_tensors_of_their_own(
    precision: Precision,
) -> None:
    model = random_model(card_of("swinir_light", 2))
    whole = restore(model, IMAGE).image
    low = restore(model.to("cpu", precision), IMAGE).image
    assert 0 < np.abs(low - whole).max() < 0.1 * np.abs(whole).max()


def test_fixed_precision_models_say_so() -> None:
    with pytest.raises(ModelError, match="only on the CPU in fp32, not on cpu in bf16"):
        load_model("cmd:cp {input} {output}", 1).to("cpu", "bf16")
