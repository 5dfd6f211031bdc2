"""IRN and CFSNet: the inverse, the draws, and the main branch at alpha 0."""

from pathlib import Path

import pytest
import torch

from iqabench.errors import WeightsError
from iqabench.models.cfsnet.network import CFSNet
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_model
from iqabench.models.core.network import build
from iqabench.models.core.weights import load_strictly
from iqabench.models.irn.network import IRN

torch.set_num_threads(1)


def photograph(side: int = 16) -> torch.Tensor:
    """Return a smooth image (1, 3, side, side) in 0..1."""
    y, x = torch.meshgrid(torch.linspace(0, 3, side), torch.linspace(0, 4, side), indexing="ij")
    return torch.stack([x.sin(), y.cos(), (x * y).cos()])[None] / 2 + 0.5


@pytest.fixture(scope="module", params=[2, 4])
def irn(request: pytest.FixtureRequest) -> IRN:
    torch.manual_seed(0)
    return IRN(request.param).eval()


@torch.inference_mode()
def test_the_way_back_is_the_inverse_without_rounding(irn: IRN) -> None:
    image = photograph()
    assert (irn.up(irn.down(image)) - image).abs().max() < 1e-5


@torch.inference_mode()
def test_the_first_band_of_haar_is_the_mean() -> None:
    image = photograph()
    bands = IRN(2).operations[0](image)
    assert torch.allclose(bands[:, :3], torch.nn.functional.avg_pool2d(image, 2), atol=1e-6)


@torch.inference_mode()
def test_draws_change_the_large_image_and_not_the_small_one(irn: IRN) -> None:
    first, again, other = (irn(photograph(), seed=seed) for seed in (0, 0, 1))
    assert torch.equal(first["output"], again["output"])
    assert torch.equal(first["low"], other["low"])
    assert not torch.equal(first["output"], other["output"])
    levels = first["low"] * 255
    assert torch.allclose(levels, levels.round(), atol=1e-4)


@torch.inference_mode()
def test_temperature_0_makes_all_draws_equal(irn: IRN) -> None:
    first, other = (irn(photograph(), seed=seed, temperature=0)["output"] for seed in (0, 1))
    assert torch.equal(first, other)


@torch.inference_mode()
def test_alpha_0_is_the_main_branch_bit_for_bit() -> None:
    torch.manual_seed(0)
    network = CFSNet(4, blocks=3).eval()
    image = photograph()
    at_0, at_half, at_1 = (network(image, alpha) for alpha in (0.0, 0.5, 1.0))
    assert torch.equal(at_0, network.main(image))
    assert not torch.equal(at_0, at_1)
    assert not torch.equal(at_half, at_1)


def test_weights_of_a_sibling_are_refused_by_name() -> None:
    with torch.device("meta"):
        smaller, larger = build(card_of("irn_x2")), build(card_of("irn_x4"))
    with pytest.raises(WeightsError, match=r"another architecture than irn_x4.*\d+ missing"):
        load_strictly(larger, dict(smaller.state_dict()), "irn_x4")


def test_a_file_of_weights_is_recognised_though_the_model_takes_settings(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    torch.save(IRN(2).state_dict(), path)
    model = load_model(str(path), 4)  # the file tells its scale, whatever the user asks for
    assert (model.card.family, model.trainable) == ("irn", 1_667_952)
    assert set(model.card.gives) == {"output", "low"}
