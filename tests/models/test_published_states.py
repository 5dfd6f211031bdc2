"""Networks have exactly the tensors of the files that their authors publish."""

from pathlib import Path

import pytest
import torch

from iqabench.models.core.catalogue import card_of
from iqabench.models.core.checkpoint import StateDictionary
from iqabench.models.core.load import load_model
from iqabench.models.core.network import build
from iqabench.models.core.siblings import sibling_note
from iqabench.models.swinfir.network import SwinFIR

from .published_states import PublishedState, published_state

FILES = {
    "edsr_baseline_x2": "edsr_baseline_x2",
    "edsr_baseline_x3": "edsr_baseline_x3",
    "edsr_baseline_x4": "edsr_baseline_x4",
    "edsr_x2": "edsr_x2",
    "edsr_x3": "edsr_x3",
    "edsr_x4": "edsr_x4",
    "san_x4": "san_x4",
    "han_x4": "han_x4",
    "enlcn_x4": "enlcn_x4",
    "acubenet_x4": "acubenet_x4",
    "hsrnet_x4": "hsrnet_x4",
    "mirnet_denoising": "mirnet",
    "rbpn_x4": "rbpn",
}
"""The description of the published file of a model, by the name of the model."""


@pytest.mark.parametrize("name", FILES)
def test_a_network_has_the_tensors_of_the_published_file(name: str) -> None:
    published = published_state(FILES[name])
    with torch.device("meta"):
        network = build(card_of(name))
    state = network.state_dict()
    assert not list(published.differences({key: tuple(t.shape) for key, t in state.items()}))
    assert len(state) == published.tensors
    assert sum(tensor.numel() for tensor in state.values()) == published.values
    trainable = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert published.trainable in (None, trainable)


def test_the_description_tells_a_missing_a_reshaped_and_an_unknown_tensor() -> None:
    published = published_state("edsr_baseline_x2")
    assert isinstance(published, PublishedState)
    with torch.device("meta"):
        state = build(card_of("edsr_baseline_x2")).state_dict()
    shapes = {key: tuple(tensor.shape) for key, tensor in state.items()}
    reshaped = {**shapes, "head.0.bias": (63,)}
    missing = {key: shape for key, shape in shapes.items() if key != "body.3.body.0.weight"}
    for wrong in (reshaped, missing, {**shapes, "body.99.bias": (64,)}):
        assert list(published.differences(wrong))


@pytest.mark.parametrize(
    ("wanted", "given"), [("sesr_m3_x4", "sesr_m5_x4"), ("dlgsanet_light_x4", "dlgsanet_light_x2")]
)
def test_weights_of_a_sibling_are_named(wanted: str, given: str) -> None:
    """A file for another scale, or of another size, is told by the name of the model that it fits."""
    with torch.device("meta"):
        tensors = build(card_of(given)).state_dict()
    note = sibling_note(card_of(wanted), [StateDictionary(tensors)])
    assert f"names and shapes of {given}." in note
    assert not sibling_note(card_of(wanted), [StateDictionary({"weight": torch.zeros(1)})])


def test_a_file_of_swinfir_is_not_taken_for_one_of_swinir(tmp_path: Path) -> None:
    """SwinFIR's files have the names of SwinIR's and more; those that follow from sizes are left out."""
    path = tmp_path / "mine.pth"
    state = SwinFIR(4, channels=12, depths=[2], heads=2, side=4).state_dict()
    index = "layers.0.residual_group.blocks.0.attn.relative_position_index"
    torch.save({"params_ema": {**state, index: torch.zeros(16, 16)}}, path)
    model = load_model(str(path))
    assert (model.card.family, model.card.scale) == ("swinfir", 4)
