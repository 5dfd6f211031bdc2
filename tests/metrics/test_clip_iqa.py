"""CLIP-IQA against piq, both with the same small network of random weights.

What CLIP itself says can be seen only where its weights are: see the contract of no-reference metrics.
"""

import hashlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import piq
import pytest
import torch
from piq.feature_extractors import clip
from torch import Tensor, nn

from iqabench.errors import MetricWeightsError
from iqabench.files import RemoteFile
from iqabench.images import OutputView
from iqabench.metrics.blind.clip_iqa import clip_iqa
from iqabench.metrics.networks import clip_network as ours
from iqabench.metrics.networks import weights as weights_of
from iqabench.metrics.networks.weights import CLIP

from .damage import DAMAGES, photographs


class Holder(nn.Module):
    """Tensors by their names, as TorchScript files hold them."""

    def forward(self, x: Tensor) -> Tensor:
        return x


def archive(state: dict[str, Tensor], path: Path) -> None:
    top = Holder()
    for name, value in state.items():
        *folders, last = name.split(".")
        module: nn.Module = top
        for folder in folders:
            if folder not in dict(module.named_children()):
                module.add_module(folder, Holder())
            module = module.get_submodule(folder)
        module.register_buffer(last, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch retires TorchScript
        torch.jit.save(torch.jit.script(top), path)


def random_clip() -> Any:
    """Of CLIP's form and a thousandth of its size; half precision where the published file has it."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = clip.CLIP(64, 224, (1, 1, 1, 1), 8, None, 77, 49408, 64, 1, 1)
        for name, values in made.named_parameters():
            if name.endswith("bn3.weight"):
                nn.init.uniform_(values, 0.5, 1)
            elif "transformer" in name and name.endswith("weight") and values.dim() == 2:
                nn.init.normal_(values, std=0.1)
        nn.init.normal_(made.token_embedding.weight)
    clip.convert_weights(made)
    return made


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "RN50.pt"
    archive(random_clip().state_dict(), path)
    return path


@pytest.fixture
def weights(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file, served by a mirror instead of CLIP's own."""
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    served = tmp_path / "sha256" / sha256[:2] / sha256
    served.parent.mkdir(parents=True)
    served.hardlink_to(file)
    monkeypatch.setenv("IQABENCH_MIRROR", str(tmp_path))
    sources = [RemoteFile("RN50.pt", source.url, sha256, None) for source in CLIP]
    monkeypatch.setattr(weights_of, "CLIP", sources)
    ours._load.cache_clear()
    yield file
    ours._load.cache_clear()


@pytest.fixture
def theirs(weights: Path) -> piq.CLIPIQA:
    """piq's metric, with our file in the place of what it would download."""
    tokens = torch.zeros(2, 77, dtype=torch.int64)
    for row, words in zip(tokens, ours.SENTENCES, strict=True):
        row[: len(words)] = torch.tensor(words)
    with (
        warnings.catch_warnings(),
        patch.object(clip, "_download", return_value=str(weights)),
        patch("piq.clip_iqa.download_tensor", return_value=tokens),
    ):
        warnings.simplefilter("ignore")  # torch retires TorchScript
        return piq.CLIPIQA(data_range=255)


def test_it_equals_piq(theirs: piq.CLIPIQA) -> None:
    values = []
    for image in photographs():
        for name in ("blur", "noise", "negative"):
            output = DAMAGES[name](image)
            tensor = torch.from_numpy(output.transpose(2, 0, 1)[None].copy())
            values.append(clip_iqa(OutputView(output)))
            assert values[-1] == pytest.approx(float(theirs(tensor)), abs=1e-6)
    assert max(values) - min(values) > 1e-3


def test_the_places_of_features_are_not_used(weights: Path) -> None:
    """Any size will do, from 31 pixels a side."""
    assert weights
    image = photographs()[0]
    for shape in ((31, 31), (40, 33), (100, 150)):
        assert 0 < clip_iqa(OutputView(image[: shape[0], : shape[1]])) < 1


def test_doubles_are_the_same_network(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As GPUs compute it."""
    assert weights
    image = photographs()[1]
    single = clip_iqa(OutputView(image))
    ours._load.cache_clear()
    for place in (
        "iqabench.metrics.networks.image_tensors.precision",
        "iqabench.metrics.networks.clip_network.precision",
    ):
        monkeypatch.setattr(place, lambda _: torch.float64)
    assert clip_iqa(OutputView(image)) == pytest.approx(single, abs=1e-5)


def test_loading_draws_no_random_numbers(weights: Path) -> None:
    assert weights
    before = torch.random.get_rng_state()
    network = ours.network("cpu")
    assert torch.equal(torch.random.get_rng_state(), before)
    assert network is ours.network("cpu")
    assert not any(weight.requires_grad for weight in network.parameters())


def test_without_weights_it_says_what_to_do() -> None:
    ours._load.cache_clear()
    with pytest.raises(MetricWeightsError, match="clip_iqa needs the weights of CLIP") as caught:
        clip_iqa(OutputView(np.zeros((40, 40, 3), np.uint8)))
    for word in ("RN50.pt", "IQABENCH_OFFLINE", "IQABENCH_MIRROR"):
        assert word in str(caught.value)
