"""Networks that brighten dark images, against the outputs that their authors published."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from iqabench.images import read_image
from iqabench.images.rounding import truncate
from iqabench.models.core import families
from iqabench.models.core.catalogue import cards
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.models.core.weights import read_states
from iqabench.models.core.weights_file import sha256_of_file, weights_path
from iqabench.models.iat.network import IAT
from iqabench.models.retinexformer.network import RetinexFormer
from iqabench.models.zero_dce.network import ZeroDCE
from iqabench.sets import load_set

PUBLISHED = {
    "0016": "9a5ae9218dc4ccca84a113cb82eb9ea8957867545e9838537a4a21cb1fcdbfb1",
    "0534": "73bcbc77675fbac9c1fb469d795a057843e426b221437ecec3537eeb001cd3e5",
    "1191": "2732fa0b27a3684ac1739ffdcd40429cf894de9e6f799b1c933456750a7dda2f",
}
"""Files below results/easy of the authors' repository, by sha256."""


def test_sci_gives_the_published_outputs(mirror: str) -> None:
    """The authors cut fractions off; a value on the edge of a level may fall to the other side."""
    model = load_model("sci_easy")
    inputs = {ref.name: ref.load().parts["input"][0] for ref in load_set("sci-easy")}
    for name, sha256 in PUBLISHED.items():
        files = [Path(root, "sha256", sha256[:2], sha256) for root in mirror.split(os.pathsep)]
        published = read_image(next(file for file in files if file.exists()))
        output = truncate(restore(model, inputs[name]).image)
        difference = np.abs(output.astype(int) - published)
        assert difference.max() <= 1
        assert (difference > 0).mean() < 1e-4


def test_a_curve_keeps_black_and_white() -> None:
    torch.manual_seed(0)
    network = ZeroDCE(features=4).eval()
    image = torch.tensor([0.0, 1.0]).repeat(1, 3, 6, 4)
    with torch.inference_mode():
        assert torch.equal(network(image), image)


def test_a_curve_brightens_or_darkens_in_order() -> None:
    """Each curve rises from 0 to 1, so it never changes the order of two values of one pixel."""
    network = ZeroDCE(features=4).eval()
    for parameter, value in zip(network.e_conv7.parameters(), (0, -0.9), strict=True):
        torch.nn.init.constant_(parameter, value)
    ramp = torch.linspace(0, 1, 32).repeat(1, 3, 4, 1)
    with torch.inference_mode():
        bright = network(ramp)
    assert (bright.diff(dim=3) > 0).all()
    assert (bright[..., 1:-1] > ramp[..., 1:-1]).all()


@pytest.mark.parametrize("normalised", [False, True])
def test_iat_is_a_matrix_and_a_gamma_where_nothing_else_was_learned(normalised: bool) -> None:
    """The factor of each pixel is 1, the addend 0; the global network says its bases whatever it sees."""
    network = IAT(normalised=normalised).eval()
    local, whole = network.local_net, network.global_net
    for layer, bias in (
        (local.mul_end, 1),
        (local.add_end, 0),
        (whole.gamma_linear, 0),
        (whole.color_linear, 0),
    ):
        weight, constant = layer.parameters()
        torch.nn.init.zeros_(weight)
        torch.nn.init.constant_(constant, bias)
    matrix = torch.tensor([[0.5, 0.25, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5]])
    network.global_net.color_base.data = matrix
    network.global_net.gamma_base.data = torch.tensor([2.0])
    image = torch.rand(2, 3, 7, 9, generator=torch.Generator().manual_seed(0))
    seen = 2 * image.numpy() - 1 if normalised else image.numpy()
    mixed = np.einsum("ji,nihw->njhw", matrix.numpy(), seen)
    with torch.inference_mode():
        assert np.allclose(network(image), np.clip(mixed, 1e-8, 1) ** 2, atol=1e-6)


@pytest.mark.parametrize("name", ["iat_lol_v1", "iat_lol_v2"])
def test_a_file_of_iat_is_known_by_its_checksum(
    name: str, mirror: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files for LOL v1 and v2 have the same tensors; only the latter needs normalised inputs."""
    family = {n: card for n, card in cards().items() if card.family == "iat"}
    monkeypatch.setattr(families, "cards", lambda: family)
    path = weights_path(family[name], progress=False)
    match = families.family_match(read_states(path), sha256_of_file(path), "mine.pth")
    assert match is not None
    assert match.card.arguments == family[name].arguments
    assert match.member == name


@pytest.mark.parametrize(("width", "is_split"), [(2997, False), (2999, False), (3001, True)])
def test_retinexformer_restores_odd_and_even_columns_of_a_wide_image(
    width: int, is_split: bool
) -> None:
    torch.manual_seed(0)
    network = RetinexFormer(features=4, blocks=(1, 1, 1)).eval()
    image = torch.rand(1, 3, 5, width)
    parts = 2 if is_split else 1
    right = -width % (4 * parts)
    padded = torch.from_numpy(np.pad(image, ((0, 0), (0, 0), (0, 3), (0, right)), "reflect"))
    expected = torch.empty_like(padded)
    with torch.inference_mode():
        for first in range(parts):
            expected[..., first::parts] = network.body(padded[..., first::parts])
        assert torch.equal(network(image), expected[..., :5, :width])
