"""Metrics of fusion, and models of which the order of sources must not matter."""

import numpy as np
import pytest
import torch

from iqabench.images import Case, Part
from iqabench.metrics import attempts, column, scores
from iqabench.models.ifcnn.network import IFCNN
from iqabench.models.mean_source.network import MeanSource

COLUMNS = [column(name, "rgb") for name in ("fusion_mi", "q_abf", "viff")]


def sources(number: int = 2) -> Part:
    """Return sources (T, 64, 72, 3) of smooth shapes with textures of their own."""
    y, x = np.mgrid[0:64, 0:72]
    rng = np.random.default_rng(0)
    planes = [128 + 60 * np.sin(x / (3 + t)) * np.cos(y / 5) for t in range(number)]
    images = np.stack(planes)[..., None] + rng.normal(0, 5, (number, 64, 72, 3))
    return np.clip(images, 0, 255).round().astype(np.uint8)


def values(output: Part, parts: Part) -> list[float]:
    return scores(COLUMNS, Case(output, None, parts={"input": parts}))


@pytest.mark.parametrize("number", [2, 3])
def test_the_order_of_sources_does_not_matter(number: int) -> None:
    clip = sources(number)
    output = clip.mean(axis=0)
    assert values(output, clip) == pytest.approx(values(output, clip[::-1]), rel=1e-12)
    batch = torch.from_numpy(clip).permute(0, 3, 1, 2).float() / 255
    torch.manual_seed(0)
    for model in (IFCNN("max"), IFCNN("sum"), IFCNN("mean"), MeanSource()):
        with torch.inference_mode():
            assert torch.allclose(model.eval()(batch), model(batch.flip(0)), atol=1e-5)


def test_a_fused_image_that_is_its_sources_keeps_everything() -> None:
    image = sources()[0]
    information, edges, fidelity = values(image, np.stack([image, image]))
    levels = np.bincount(np.floor(image @ [0.298936, 0.587043, 0.114021] + 0.5).astype(int).ravel())
    share = levels[levels > 0] / levels.sum()
    assert information == pytest.approx(-2 * (share * np.log2(share)).sum(), rel=0.02)
    assert edges == pytest.approx(0.9994 / (1 + np.exp(-7.5)) * 0.9879 / (1 + np.exp(-4.4)))
    assert fidelity == pytest.approx(1, abs=1e-6)


def test_a_flat_output_keeps_nothing() -> None:
    information, edges, fidelity = values(np.full((64, 72, 3), 128, np.uint8), sources())
    assert information == pytest.approx(0, abs=1e-9)
    assert edges < 0.01
    assert fidelity == pytest.approx(0, abs=1e-4)


def test_sources_of_another_size_are_told() -> None:
    case = Case(sources()[0, :50], None, parts={"input": sources()})
    assert "the sources are 72x64, the fused image 72x50" in str(attempts(COLUMNS, case)[0])
