"""Networks have exactly the tensors of the files that their authors publish."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from iqabench.models.core.catalogue import card_of
from iqabench.models.core.checkpoint import state_dictionaries
from iqabench.models.core.load import load_model
from iqabench.models.core.network import adapt_names, build
from iqabench.models.swinfir.network import SwinFIR

from .published_states import PublishedState, published_state

SENSORS = ("qb", "wv2", "wv3", "wv4")
FILES = {
    "a2n_x2": "a2n_x2",
    "a2n_x3": "a2n_x3",
    "acubenet_x4": "acubenet_x4",
    "carn_bn_x4": "pcsr_carn-x4",
    "cfsnet_x4": "cfsnet_x4",
    "cfsr_x2": "cfsr_x2",
    "cfsr_x3": "cfsr_x3",
    "cfsr_x4": "cfsr_x4",
    "classsr_carn_x4": "classsr_carn",
    "classsr_fsrcnn_x4": "classsr_fsrcnn",
    "como_s_x2": "como_s_x2",
    "como_s_x3": "como_s_x3",
    "como_s_x4": "como_s_x4",
    "crnn_mri": "crnn_mri",
    "edsr_baseline_x2": "edsr_baseline_x2",
    "edsr_baseline_x3": "edsr_baseline_x3",
    "edsr_baseline_x4": "edsr_baseline_x4",
    "edsr_x2": "edsr_x2",
    "edsr_x3": "edsr_x3",
    "edsr_x4": "edsr_x4",
    "enlcn_x4": "enlcn_x4",
    "fsrcnn_x4": "pcsr_fsrcnn-x4",
    "han_x4": "han_x4",
    "hsrnet_x4": "hsrnet_x4",
    "irn_x2": "irn_x2",
    "irn_x4": "irn_x4",
    "kdsr_m_x4": "kdsr_m",
    "mdsr_baseline_x4": "mdsr_16",
    "mdsr_x4": "mdsr_80",
    "mirnet_denoising": "mirnet",
    "pcsr_carn_x4": "pcsr_carn-pcsr-phase1",
    "pcsr_fsrcnn_x4": "pcsr_fsrcnn-pcsr-phase1",
    "rbpn_x4": "rbpn",
    "san_x4": "san_x4",
    "smsr_x2": "smsr_x2",
    "apnn_fr_wv3_x4": "zpnn_WV3_A-PNN-TA-FR_model",
    "pannet_fr_wv3_x4": "zpnn_WV3_PanNet-TA-FR_model",
    "zpannet_wv3_x4": "zpnn_WV3_Z-PanNet_model",
    "zpnn_wv3_x4": "zpnn_WV3_Z-PNN_model",
    **{f"dicnn_{sensor}_x4": f"dlpan_{sensor.upper()}_dicnn1" for sensor in SENSORS},
    **{f"drpnn_{sensor}_x4": f"dlpan_{sensor.upper()}_drpnn" for sensor in SENSORS},
    **{f"fusionnet_{sensor}_x4": f"dlpan_{sensor.upper()}_fusionnet" for sensor in SENSORS},
    **{f"msdcnn_{sensor}_x4": f"dlpan_{sensor.upper()}_msdcnn" for sensor in SENSORS},
    **{f"pannet_{sensor}_x4": f"dlpan_{sensor.upper()}_pannet" for sensor in SENSORS[1:]},
    "pannet_qb_x4": "dlpan_QB_panet",
    **{f"pnn_{sensor}_x4": f"dlpan_{sensor.upper()}_pnn" for sensor in SENSORS},
}
"""The description of the published file of a model, by the name of the model."""
RENAMED = {
    "hpinet_m_x2": "hpinet_M-x2",
    "hpinet_m_x3": "hpinet_M-x3",
    "hpinet_m_x4": "hpinet_M-x4",
    "hpinet_s_x4": "hpinet_S-x4",
    "ifcnn_max": "ifcnn_max",
    "rlsp_7_48_x4": "rlsp_7_48",
    "rlsp_7_64_x4": "rlsp_7_64",
    "srgan_five_x2": "srgan_isb_x2",
    "srgan_five_x4": "srgan_isb_x4",
    "srgan_five_x8": "srgan_isb_x8",
}
"""The descriptions of published files whose tensors have other names, or other orders of axes."""
AUTHORS = {
    "bbcu_denoise": (92, "8690dd8cbeff8de7"),
    "bbcu_jpeg": (112, "5f8e1173de621c60"),
    "bbcu_l_x2": (168, "bbe06b4831ebfe44"),
    "bbcu_l_x4": (170, "c82bd4d14b84caa1"),
    "bbcu_m_x2": (174, "169ce652428ef6d0"),
    "bbcu_m_x4": (179, "b422515df55ee908"),
    "drunet_color_15": (64, "f13de1d91dc40682"),
    "drunet_deblocking_gray_10": (64, "8fec68f09fb1a8ac"),
    "fbcnn_color": (184, "5336b0fbf7ba97c3"),
    "fbcnn_gray_double": (184, "33fa74b8ee6bbdfa"),
    "kdsr_l_x4": (160, "be6e705f39308658"),
    "kdsr_m_x4": (276, "88afd47a48094713"),
    "mrda_x4": (355, "0f4ba7d3d646413f"),
    "retinexformer_lol_v1": (122, "86ee01c9a11e44f0"),
    "scunet_color_real_gan": (540, "4f966d1d5b87f272"),
    "scunet_gray_15": (540, "44a7f392e942c336"),
    "stdan_network_x4": (842, "3e5f40b9bedef037"),
}
"""The number of tensors of the network that the authors' code makes, and the beginning of the sha256 of its
sorted lines "NAME [SHAPE]"."""


@pytest.mark.parametrize("name", FILES)
def test_a_network_has_the_tensors_of_the_published_file(name: str) -> None:
    published = published_state(FILES[name])
    with torch.device("meta"):
        network = build(card_of(name))
    state = network.state_dict()
    assert not list(published.differences(_shapes(state)))
    assert len(state) == published.tensors
    assert sum(tensor.numel() for tensor in state.values()) == published.values
    trainable = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert published.trainable in (None, trainable)


@pytest.mark.parametrize("name", RENAMED)
def test_a_network_takes_the_published_file_under_its_own_names(name: str) -> None:
    published = published_state(RENAMED[name])
    card = card_of(name)
    with torch.device("meta"):
        network = build(card)
        file = {n: torch.empty(p.shape) for p in published.patterns for n in p.names}
    assert len(file) == published.tensors
    states = state_dictionaries(file, name)
    renamed = [adapt_names(card, state.tensors) for state in states]
    assert _shapes(network.state_dict()) in map(_shapes, renamed)


@pytest.mark.parametrize("name", AUTHORS)
def test_a_network_has_the_tensors_of_the_authors_network(name: str) -> None:
    with torch.device("meta"):
        state = build(card_of(name)).state_dict()
    lines = sorted(f"{key} {list(tensor.shape)}" for key, tensor in state.items())
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert (len(state), digest[:16]) == AUTHORS[name]


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


def test_a_file_of_swinfir_is_not_taken_for_one_of_swinir(tmp_path: Path) -> None:
    """SwinFIR's files have the names of SwinIR's and more; those that follow from sizes are left out."""
    path = tmp_path / "mine.pth"
    state = SwinFIR(4, channels=12, depths=[2], heads=2, side=4).state_dict()
    index = "layers.0.residual_group.blocks.0.attn.relative_position_index"
    torch.save({"params_ema": {**state, index: torch.zeros(16, 16)}}, path)
    model = load_model(str(path))
    assert (model.card.family, model.card.scale) == ("swinfir", 4)


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}
