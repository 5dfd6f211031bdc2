"""Networks that brighten dark images, against the outputs that their authors published."""

import os
from pathlib import Path

import numpy as np
import torch

from iqabench.images import read_image
from iqabench.images.rounding import truncate
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
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
