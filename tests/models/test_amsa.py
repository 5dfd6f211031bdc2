"""AMSA: its count, its files of weights, its search, and its outputs beside those of the authors' code."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.errors import ModelError, WeightsError
from iqabench.models.amsa.images import common_size, copies, resized
from iqabench.models.amsa.matching import match
from iqabench.models.amsa.network import AMSA, adapt
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.model import NetworkModel
from iqabench.models.core.network import build
from iqabench.models.core.restore_parts import restore_parts
from iqabench.models.core.weights import load_strictly, read_states
from iqabench.models.layers.parameters import trained_parameters

BESIDE_AUTHORS = {
    (10, 20): (-0.32112101, -0.24414521, 0.29533750),
    (50, 57): (-0.28005779, 0.01930732, 0.40644723),
    (33, 4): (-0.28890544, -0.22097009, 0.30297905),
}
"""Pixels that the authors' code made of `scene` with the weights of `patterned`, as printed by float32."""


def patterned(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return weights that anybody can make again: waves, by the names in their order."""
    made = dict(state)
    for at, name in enumerate(sorted(state)):
        if not name.endswith((".mean", ".std")):
            waves = torch.sin(torch.arange(state[name].numel()) * 0.37 + at)
            made[name] = (waves / math.sqrt(max(1, state[name][0].numel()))).view(state[name].shape)
    return made


def scene(shift: int) -> Tensor:
    y, x = torch.meshgrid(torch.arange(64.0), shift + torch.arange(64.0), indexing="ij")
    waves = [(x / 5 + k).sin() * (y / 7 - k).cos() * (x * y / 90).sin() for k in range(3)]
    return ((torch.stack(waves)[None] * 0.4 + 0.5) * 255).round() / 255


@pytest.fixture(scope="module")
def network() -> AMSA:
    small = AMSA(4, features=8, blocks=1, copies=1).eval()
    small.load_state_dict(patterned(small.state_dict()))
    return small


def model_of(network: nn.Module) -> NetworkModel:
    return NetworkModel(card_of("amsa_x4").model_copy(update={"params": None}), network, "none")


def shapes_of_files() -> list[dict[str, tuple[int, ...]]]:
    """Return names and shapes of the tensors in the three files, as the authors' classes have them."""
    features = {
        "conv1_1": (64, 3),
        "conv1_2": (64, 64),
        "conv2_1": (128, 64),
        "conv2_2": (128, 128),
    }
    features["conv3_1"] = (256, 128)
    restoration: dict[str, tuple[int, int]] = {"content_extractor.conv_first": (64, 3)}
    bodies = ["content_extractor.body"] + [
        f"dyn_agg_restore.body_{s}" for s in ("small", "medium", "large")
    ]
    for body in bodies:
        restoration |= {f"{body}.{n}.conv{k}": (64, 64) for n in range(16) for k in (1, 2)}
    for size, width in (("small", 256), ("medium", 128), ("large", 64)):
        at = f"dyn_agg_restore.{size}_"
        restoration |= {f"{at}deform_conv": (width, width), f"{at}dyn_agg": (width, width)}
        restoration[f"{at}deform_conv.conv_offset_mask"] = (9, width)
        restoration[f"{at}dyn_agg.conv_offset_mask"] = (216, width)
        restoration[f"{at}offset_conv1"] = (width, 64 + width)
        restoration[f"{at}offset_conv2"] = (width, width)
        restoration[f"dyn_agg_restore.head_{size}.0"] = (64, 64 + width)
        restoration[f"dyn_agg_restore.tail_{size}.0"] = (256, 64)
    restoration["dyn_agg_restore.tail_large.0"] = (32, 64)
    restoration["dyn_agg_restore.tail_large.2"] = (3, 32)
    contrasted = {
        f"feature_extraction_image{n}.model.{name}": shape
        for n in (1, 2)
        for name, shape in features.items()
    }
    colours = {
        f"feature_extraction_image{n}.{c}": (1, 3, 1, 1) for n in (1, 2) for c in ("mean", "std")
    }
    numbers = {0: "conv1_1", 2: "conv1_2", 5: "conv2_1", 7: "conv2_2", 10: "conv3_1"}
    vgg19 = {f"features.{n}": features[name] for n, name in numbers.items()}
    return [
        convolutions(restoration),
        convolutions(contrasted) | colours,
        convolutions(vgg19 | {"features.12": (256, 256)}) | {"classifier.6.bias": (1000,)},
    ]


def convolutions(layers: dict[str, tuple[int, int]]) -> dict[str, tuple[int, ...]]:
    weights: dict[str, tuple[int, ...]] = {f"{n}.weight": (*s, 3, 3) for n, s in layers.items()}
    return weights | {f"{name}.bias": (shape[0],) for name, shape in layers.items()}


def test_the_count_is_that_of_the_authors_restoration_network() -> None:
    with torch.device("meta"):
        network = build(card_of("amsa_x4"))
    every = sum(parameter.numel() for parameter in network.parameters())
    assert not card_of("amsa_x4").looks_at_clips  # it takes one frame of each part
    assert trained_parameters(network) == 9_676_454
    assert every - 9_676_454 == 1_110_656 + 555_328  # features that are compared, and taken over


def test_three_files_make_one_strict_state(tmp_path: Path) -> None:
    paths = []
    for number, shapes in enumerate(shapes_of_files()):
        paths.append(tmp_path / f"{number}.pth")
        state = {name: torch.zeros(1).expand(shape) for name, shape in shapes.items()}
        torch.save({"params": state} if number == 0 else state, paths[-1])
    tensors = read_states(paths[0], "restoration_mse.pth", paths[1:])[0].tensors
    with torch.device("meta"):
        network = build(card_of("amsa_x4"))
    state = adapt(tensors, 4)
    assert {n: t.shape for n, t in state.items()} == {
        n: t.shape for n, t in network.state_dict().items()
    }
    assert sum(state[name].numel() for name in shapes_of_files()[0]) == 9_676_454
    lacking = read_states(paths[0], "restoration_mse.pth", [paths[1]])[0].tensors
    with pytest.raises(WeightsError, match=r"10 missing \(vgg_net.conv1_1.bias"):
        load_strictly(network, adapt(lacking, 4), "amsa_x4")
    with pytest.raises(WeightsError, match=r"repeats 308 of its tensors .*under its own name"):
        read_states(paths[0], "restoration_mse.pth", [paths[0]])


def test_outputs_are_those_of_the_authors_code(network: AMSA) -> None:
    low = resized(scene(0), 16, 16)
    with torch.inference_mode():
        output = network(low, scene(5))
    for (row, column), pixel in BESIDE_AUTHORS.items():
        assert output[0, :, row, column].tolist() == pytest.approx(pixel, abs=2e-5)
    assert output.mean().item() == pytest.approx(0.0029971644, abs=2e-6)
    assert output.std().item() == pytest.approx(0.2836231590, abs=2e-5)


def test_the_search_finds_what_was_moved() -> None:
    draw = torch.Generator().manual_seed(1)
    wide = torch.nn.functional.interpolate(
        torch.randn((1, 6, 16, 16), generator=draw), scale_factor=4, mode="bicubic"
    )
    pyramid = [nn.functional.avg_pool2d(wide, 2**k)[0] for k in range(4)]
    found = match(pyramid, [each.roll(2 ** (3 - k), 2) for k, each in enumerate(pyramid)], draw)
    rows, columns = torch.meshgrid(torch.arange(62), torch.arange(62), indexing="ij")
    right = (found.y == rows) & (found.x == columns + 8)
    assert right[:, :50].float().mean() > 0.95


def test_copies_are_cropped_and_made_smaller_and_sizes_agree() -> None:
    made = copies(torch.rand(1, 3, 75, 100), 4, 4)
    assert [each.shape[2:] for each in made] == [(64, 96), (48, 76), (40, 60), (32, 48), (24, 36)]
    assert common_size(torch.zeros(1, 3, 10, 30), made[0], 4) == (64, 128)


def test_a_grey_reference_has_three_equal_channels() -> None:
    class Witness(nn.Module):
        def forward(self, input: Tensor, reference: Tensor) -> Tensor:  # noqa: A002 - the role
            seen.append(reference)
            return input.repeat_interleave(4, 2).repeat_interleave(4, 3)

    seen: list[Tensor] = []
    image = np.full((1, 9, 11, 3), 90, np.uint8)
    grey = np.random.default_rng(0).integers(0, 256, (1, 40, 33, 1), np.uint8)
    restored = restore_parts(model_of(Witness()), {"input": image, "reference": grey})
    assert restored.parts["output"].shape == (1, 36, 44, 3)
    assert torch.equal(
        seen[0], torch.from_numpy(grey[0, :, :, 0] / np.float32(255)).repeat(3, 1, 1)[None]
    )


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((1, 31, 50, 3), r"'reference' of at least 32 pixels a side; the sample's is 50x31"),
        ((3, 40, 40, 3), r"takes a part 'reference' of 1 frame; the sample's has 3"),
        (None, r"'amsa' takes a part 'reference'; the sample has input"),
    ],
)
def test_a_reference_that_does_not_do_is_told(
    network: AMSA, shape: tuple[int, ...] | None, said: str
) -> None:
    parts = {"input": np.zeros((1, 9, 11, 3), np.uint8)}
    if shape is not None:
        parts["reference"] = np.zeros(shape, np.uint8)
    with pytest.raises(ModelError, match=said):
        restore_parts(model_of(network), parts)


def test_references_in_16_bits_are_refused(network: AMSA) -> None:
    image = np.zeros((1, 9, 11, 3), np.uint8)
    with pytest.raises(ModelError, match=r"'reference' of the depth uint8; the sample's is uint16"):
        restore_parts(
            model_of(network),
            {"input": image, "reference": np.zeros((1, 40, 40, 3), np.uint16)},
        )
