"""Chains: a model whose output another one improves; and corrections of outputs by their inputs."""

from typing import Any

import numpy as np
import pytest
import torch

from iqabench.errors import IqabenchError, ModelError
from iqabench.images.imresize import imresize
from iqabench.models.core.catalogue import card_of, chain_of
from iqabench.models.core.chained_model import ChainedModel
from iqabench.models.core.load import is_own, load_model
from iqabench.models.core.restore_parts import restore_parts
from iqabench.models.input_consistency.network import BackProjection, DctConsistency
from iqabench.samples import Parts

torch.set_num_threads(1)


def photograph(side: int = 32) -> np.ndarray:
    """Return a smooth image (side, side + 4, 3) of 8 bits with an edge."""
    y, x = np.mgrid[0:side, 0 : side + 4]
    plane = 120 + 50 * np.sin(x / 3) * np.cos(y / 4) + 60 * (x > side // 2)
    return np.stack([plane, plane * 0.8, 255 - plane], axis=2).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def pair() -> tuple[torch.Tensor, torch.Tensor]:
    """Return a truth and its bicubic downscaling by two, neither rounded."""
    truth = photograph().astype(np.float64)
    return _tensor(truth), _tensor(imresize(truth, 1 / 2))


def _tensor(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None]


def _small(image: torch.Tensor) -> np.ndarray:
    return imresize(image[0].permute(1, 2, 0).numpy(), 1 / 2)


def test_without_damping_the_downscaled_output_is_the_input(pair: Any) -> None:
    truth, source = pair
    blurred = torch.nn.functional.avg_pool2d(truth, 5, 1, 2)
    assert np.abs(_small(blurred) - source[0].permute(1, 2, 0).numpy()).max() > 1
    corrected = DctConsistency(2)(source, blurred, damping=0.0)
    assert np.abs(_small(corrected) - source[0].permute(1, 2, 0).numpy()).max() < 1e-9


def test_an_exact_projection_comes_closer_to_every_image_with_that_input(pair: Any) -> None:
    truth, source = pair
    blurred = torch.nn.functional.avg_pool2d(truth, 5, 1, 2)
    corrected = DctConsistency(2)(source, blurred, damping=0.0)
    assert (corrected - truth).norm() < (blurred - truth).norm()
    assert torch.allclose(DctConsistency(2)(source, truth, damping=0.0), truth, atol=1e-9)


def test_the_correction_is_the_regularised_least_change(pair: Any) -> None:
    """It solves (D D' + damping g) q = error with the whole matrix D of both dimensions."""
    truth, source = (part[:, :1, :8, :12] for part in pair)
    source = source[:, :, :4, :6]
    rows, columns = (
        torch.from_numpy(imresize(np.eye(n)[:, :, None], (1 / 2, 1.0))[:, :, 0]) for n in (8, 12)
    )
    whole = torch.kron(rows, columns)
    gram = whole @ whole.T
    gain = gram.sum() / len(gram)  # the gain of the constant image
    error = source.flatten() - whole @ truth.flatten()
    asked = whole.T @ torch.linalg.solve(gram + 0.1 * gain * torch.eye(len(gram)), error)
    found = DctConsistency(2)(source, truth, damping=0.1) - truth
    assert torch.allclose(found.flatten(), asked, atol=1e-9)


def test_back_projection_goes_to_where_the_projection_is(pair: Any) -> None:
    truth, source = pair
    blurred = torch.nn.functional.avg_pool2d(truth, 5, 1, 2)
    once = BackProjection(2)(source, blurred, iterations=1)
    error = source[0].permute(1, 2, 0).numpy() - _small(blurred)
    by_hand = blurred[0].permute(1, 2, 0).numpy() + imresize(error, 2)
    assert np.abs(once[0].permute(1, 2, 0).numpy() - by_hand).max() < 1e-9
    errors = [
        np.abs(_small(BackProjection(2)(source, blurred, iterations=n)) - _small(truth)).max()
        for n in (1, 5, 100)
    ]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.1


@pytest.fixture(scope="module")
def chain() -> ChainedModel:
    model = load_model("bicubic+dct_consistency", 4)
    assert isinstance(model, ChainedModel)
    return model


def test_a_chain_has_the_facts_of_both(chain: ChainedModel) -> None:
    card = chain.card
    assert card.name == "bicubic+dct_consistency_x4"
    assert card.variant is not None
    assert (card.variant.parent, card.variant.method) == ("bicubic_x4", "post-processed")
    assert list(card.settings) == ["damping"]
    assert card_of("pocket+back_projection").params == card_of("pocket").params
    assert card_of(card.name) == card
    twice = card_of("bicubic+back_projection+dct_consistency_x2")
    assert (twice.scale, sorted(twice.settings)) == (2, ["damping", "iterations"])


def test_the_second_model_gets_the_output_as_it_would_be_saved(chain: ChainedModel) -> None:
    parts: Parts = {"input": photograph()[None, :8, :9]}
    first = restore_parts(chain.first, parts).parts["output"]
    rounded = np.floor(first.clip(0, 255) + 0.5).astype(np.uint8)
    by_hand = restore_parts(chain.second, {**parts, "restored": rounded}, settings={"damping": 2.0})
    found = restore_parts(chain, parts, settings={"damping": 2.0}).parts["output"]
    assert (found == by_hand.parts["output"]).all()
    batch = torch.from_numpy(parts["input"].transpose(0, 3, 1, 2).astype(np.float32))
    usual = restore_parts(chain, parts).parts["output"]
    assert np.allclose(chain.forward(batch).numpy().transpose(0, 2, 3, 1), usual, atol=1e-3)
    with chain.bare() as call:
        assert torch.equal(call(batch), chain.forward(batch))


def test_the_hash_covers_both_models() -> None:
    names = ["bicubic+dct_consistency", "bicubic+back_projection", "lanczos+dct_consistency"]
    hashes = {load_model(name, 4).hash for name in names}
    assert len(hashes) == 3
    assert load_model(names[0], 4).hash in hashes


def test_a_model_of_outputs_shows_its_own_cost_only(chain: ChainedModel) -> None:
    batch = torch.rand(1, 3, 8, 8) * 255
    with chain.second.bare() as call:
        assert call(batch).shape == (1, 3, 32, 32)
    with pytest.raises(ModelError, match=r"Name that one before it, as in carn_m\+dct_consistency"):
        chain.second.forward(batch)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bicubic+dct", "no post-processor is called 'dct'"),
        ("bicubic+lanczos", "Expected a model that works on the output of another: back_proj"),
        ("bicubik+dct_consistency", "no model is called 'bicubik'. Did you mean 'bicubic'"),
        ("back_projection+dct_consistency", "'back_projection' works on the output of another"),
        ("mean_frame+dct_consistency", "'mean_frame' is for frame interpolation"),
        ("pnn_wv2+dct_consistency", "works on images of 8 bits, and 'pnn_wv2' gives uint16"),
        ("pocket+dct_consistency_x2", "'pocket' has x4, not x2"),
        ("bicubic+back_projection+back_projection", "both have a setting 'iterations'"),
    ],
)
def test_two_models_that_make_no_chain_are_told(name: str, words: str) -> None:
    with pytest.raises(IqabenchError) as told:
        card_of(name)
    assert words in str(told.value)


def test_only_a_known_second_model_makes_a_chain_of_a_file() -> None:
    assert chain_of("./a+b.pth+dct_consistency") == ("./a+b.pth", "dct_consistency")
    assert is_own("net.pth+dct_consistency")
    assert not is_own("rlfn+dct_consistency")
    assert chain_of("./a+b.pth") is None
    with pytest.raises(ModelError, match=r"the model file \./a\+b\.pth does not exist"):
        load_model("./a+b.pth+dct_consistency", 4)
