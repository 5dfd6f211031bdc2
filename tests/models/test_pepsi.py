"""PEPSI: attention takes from what is known, and the content of the hole is not looked at."""

import numpy as np
import pytest
import torch

from iqabench.errors import ModelError
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.model import NetworkModel
from iqabench.models.core.restore_parts import restore_parts
from iqabench.models.pepsi.network import PEPSI, ContextualAttention

torch.set_num_threads(1)


@torch.inference_mode()
def test_attention_fills_a_hole_in_a_pattern_with_the_pattern() -> None:
    torch.manual_seed(0)
    attention = ContextualAttention(4)
    row = torch.randn(4, 1, 4)
    pattern = row.repeat(1, 16, 4)
    known = torch.ones(1, 1, 16, 16)
    known[..., 6:9, 7] = 0
    filled = attention._filled(pattern, pattern * known[0])
    inside = known[0, 0] == 0
    assert (filled - pattern)[:, inside].abs().max() < 0.35 * pattern.abs().max()
    assert pattern[:, inside].abs().max() > 0.5


@torch.inference_mode()
def test_nothing_depends_on_the_content_of_the_hole() -> None:
    torch.manual_seed(0)
    model = NetworkModel(card_of("pepsi"), PEPSI(), "none", random_weights=True)
    y, x = np.mgrid[0:136, 0:136]
    image = np.stack([x, y, x + y], axis=2).astype(np.uint8)
    mask = np.zeros((136, 136, 1), np.uint8)
    mask[40:80, 50:90] = 255
    black = np.where(mask > 0, np.uint8(0), image)
    full, empty = (
        restore_parts(model, {"input": each[None], "mask": mask[None]}).parts["output"]
        for each in (image, black)
    )
    assert np.array_equal(full, empty)
    with pytest.raises(ModelError, match=r"'pepsi' needs at least 136 pixels a side.*100x136"):
        restore_parts(model, {"input": image[None, :, :100], "mask": mask[None, :, :100]})
