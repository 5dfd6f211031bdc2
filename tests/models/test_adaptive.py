"""Networks that spend more where an image is hard: their decisions, and what they refuse."""

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from iqabench.errors import ModelError
from iqabench.models.classsr.network import patch_starts
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_card
from iqabench.models.core.model import Model
from iqabench.models.core.network import build
from iqabench.models.core.restore_parts import RestoredParts, restore_parts
from iqabench.models.pcsr.decision import clustered, operations, weighed
from iqabench.models.smsr.network import SparseConvolutions
from iqabench.probes.counting.cost_per_image import executed_cost
from iqabench.sets import load_set


@cache
def sample() -> tuple[np.ndarray, np.ndarray]:
    """Return a part of a photograph, and the same part small."""
    parts = load_set("demo", 4).samples[0].load().parts
    return parts["target"][0][:128, :128], parts["input"][0][:32, :32]


def restored(model: Model, **settings: float) -> tuple[RestoredParts, int]:
    """Return the outputs for the sample, and the multiply-accumulates that ran for them."""
    values = {name: setting.default for name, setting in model.card.settings.items()}
    with executed_cost() as executed:
        parts = restore_parts(model, {"input": sample()[1][None]}, 0, values | settings)
    return parts, executed.macs


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("name", ["pcsr_fsrcnn", "pcsr_carn"])
def test_cost_and_quality_fall_with_k(name: str) -> None:
    model = load_card(card_of(name), progress=False)
    runs = [restored(model, k=k) for k in (-1.0, 0.0, 1.0)]
    errors = [float(np.square(run.parts["output"][0] - sample()[0]).mean()) for run, _ in runs]
    shares = [run.costs["heavy"] for run, _ in runs]
    macs = [executed for _, executed in runs]
    assert errors == sorted(errors)
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == 3
    assert macs == sorted(macs, reverse=True)
    assert [run.parts["route"].mean() / 255 for run, _ in runs] == pytest.approx(shares)


@pytest.mark.usefixtures("mirror")
def test_the_threshold_can_be_found_by_clustering_but_not_beside_k() -> None:
    model = load_card(card_of("pcsr_fsrcnn"), progress=False)
    parts, _ = restored(model, adaptive=1.0)
    assert 0 < parts.costs["heavy"] < 1
    with pytest.raises(ModelError, match=r"k=1 has no effect with adaptive=1"):
        restored(model, adaptive=1.0, k=1.0)


def test_clusters_are_those_of_two_heaps() -> None:
    heaps = torch.tensor([0.1, 0.12, 0.08, 0.9, 0.95])
    assert clustered(heaps).tolist() == [False, False, False, True, True]
    assert not clustered(torch.full((4,), 0.3)).any()


def test_the_cost_is_weighed_by_its_power() -> None:
    probabilities = torch.tensor([[0.4, 0.6], [0.7, 0.3]])
    assert weighed(probabilities, (0.1, 0.9), 0.0).tolist() == [True, False]
    assert weighed(probabilities, (0.1, 0.9), 1.0).tolist() == [False, False]
    assert weighed(probabilities, (0.1, 0.9), -1.0).tolist() == [True, True]


def test_operations_are_two_per_product_and_one_per_activation_with_weights() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.PReLU(), nn.BatchNorm2d(4))
    assert operations(network, torch.empty(1, 3, 2, 5)) == 10 * (2 * 108 + 4 + 8)


@pytest.mark.parametrize(("name", "costs"), [("pcsr_fsrcnn", 0.090), ("pcsr_carn", 0.319)])
def test_the_light_pixel_has_the_share_of_its_authors(name: str, costs: float) -> None:
    with torch.device("meta"):
        network = build(card_of(name))
    assert network.costs[0] == pytest.approx(costs, abs=5e-4)  # type: ignore[index]


def test_sparse_convolutions_are_those_of_masked_features() -> None:
    torch.manual_seed(0)
    module = SparseConvolutions(8).eval()
    x, mask = torch.rand(1, 8, 7, 9), torch.rand(7, 9) > 0.6
    kept = [torch.where(dense.view(-1, 1, 1), 1.0, mask.float()) for dense in module.dense]
    features, joined = x, []
    is_sparse = torch.zeros(1, 8, 1, 1)
    for layer, keep, dense in zip(module.body, kept, module.dense, strict=True):
        from_dense, from_sparse = layer(features * (1 - is_sparse)), layer(features * is_sparse)
        features = torch.relu(from_dense * keep + from_sparse * mask)
        joined.append(features)
        is_sparse = (~dense).float().view(1, -1, 1, 1)
    with torch.inference_mode():
        torch.testing.assert_close(module(x, mask), module.collect(torch.cat(joined, 1)))
    share = torch.stack([keep.expand(8, 7, 9).mean() for keep in kept]).mean()
    assert module.computed(mask).item() == pytest.approx(share.item())


def test_sparse_convolutions_without_hard_pixels_are_the_dense_ones() -> None:
    module = SparseConvolutions(8)
    with torch.inference_mode():
        output = module(torch.rand(1, 8, 4, 4), torch.zeros(4, 4, dtype=torch.bool))
    assert output.shape == (1, 8, 4, 4)


@pytest.mark.parametrize(
    ("side", "starts"), [(20, [0]), (32, [0]), (60, [0, 28]), (70, [0, 28, 38]), (88, [0, 28, 56])]
)
def test_patches_cover_an_image_at_a_stride_of_28(side: int, starts: list[int]) -> None:
    assert patch_starts(side) == starts


def test_each_patch_is_enlarged_by_the_network_of_its_class() -> None:
    torch.manual_seed(0)
    network = build(card_of("classsr_fsrcnn")).eval()
    image = torch.rand(1, 3, 32, 60)
    heavy = torch.tensor([[0.0, 0.0, 9.0], [9.0, 0.0, 0.0]])
    network.classifier.forward = lambda patches: heavy[: len(patches)]  # type: ignore[union-attr]
    with torch.inference_mode():
        result = network(image)
        left = network.get_submodule("net3")(image[..., :32])
        right = network.get_submodule("net1")(image[..., 28:])
    output = result["output"]
    torch.testing.assert_close(output[..., :112], left[..., :112])
    torch.testing.assert_close(output[..., 128:], right[..., 16:])
    torch.testing.assert_close(output[..., 112:128], (left[..., 112:] + right[..., :16]) / 2)
    assert result["heavy"].item() == 0.5
    assert result["route"][..., 0].max() == 1
