"""Networks of clips: their parts have the published counts, and what they see of a clip decides outputs."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.files.cache import blob
from iqabench.images import luma as image_luma
from iqabench.images import read_image
from iqabench.models.basicvsr.network import BasicVSR, PrunedBlock, adapt
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_card
from iqabench.models.fgdcn.network import FGDCN
from iqabench.models.frvsr.network import FRVSR
from iqabench.models.layers.video import enlarge_chroma, luma_of, rgb_of, warp
from iqabench.models.rbpn.network import RBPN, estimate_flow
from iqabench.models.rlsp.network import RLSP
from iqabench.sets import load_set

RLSP_LUMA = [
    "6e018d8d3cee47dd53b2aac1be46b941cfdd8d0f9821d096e7cade3f209b2478",
    "da5d280cd61212d65b2e240b385a797e38cf3623bc89515a32087bd0611c4b64",
    "3670c0896eb7045a1813d1a26b8d8ccfcbcbae42d233338c8acf5ab40ad17d9a",
    "19b806f0e8406834f0e6b00c94b5a7c710c15860985834f4b6bc947381e40a9c",
]
"""The checksums of the authors' luma files of foliage, frames 0 to 3."""


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def clip(frames: int, side: int = 24) -> Tensor:
    return torch.rand(frames, 3, side, side, generator=torch.Generator().manual_seed(0))


def test_the_parts_of_basicvsr_have_the_published_counts() -> None:
    with torch.device("meta"):
        network = BasicVSR(4)
    assert count(network.spynet) == 1_440_300
    assert count(network.forward_trunk) + count(network.backward_trunk) == 4_508_672
    assert count(network) == 6_291_311


def test_the_flow_of_frvsr_is_two_thirds_of_it() -> None:
    with torch.device("meta"):
        network = FRVSR(4)
    assert (count(network.flow_net), round(count(network) / 1e6, 2)) == (1_745_506, 2.59)


def test_a_clip_network_sees_later_frames() -> None:
    torch.manual_seed(0)
    network = BasicVSR(4, features=8, blocks=1).eval()
    frames = clip(3)
    with torch.inference_mode():
        before = network(frames)
        frames[2] = 1 - frames[2]
        after = network(frames)
    assert before.shape == (3, 3, 96, 96)
    assert (before[0] - after[0]).abs().max() > 1e-6


def test_files_of_openmmlab_have_other_names() -> None:
    with torch.device("meta"):
        own = BasicVSR(4, blocks=1).state_dict()
    theirs = {}
    for name, tensor in own.items():
        parts = name.split(".")
        if parts[0] == "spynet" and len(parts) == 6:
            parts[4:] = [str(int(parts[4]) // 2), "conv", parts[5]]
        renamed = ".".join(parts).replace("ward_trunk", "ward_resblocks")
        for at in "12":
            renamed = renamed.replace(f"upconv{at}", f"upsample{at}.upsample_conv")
        theirs[renamed] = tensor
    assert set(theirs) != set(own)
    assert set(adapt(theirs, 4)) == set(own)


def test_a_pruned_block_keeps_the_skip_of_all_channels() -> None:
    block = PrunedBlock(2)
    block.taken.copy_(torch.tensor([0, 3]))
    block.added.copy_(torch.tensor([1, 2]))
    with torch.inference_mode():
        x = clip(1)[:, :1].repeat(1, 4, 1, 1)
        change = block(x) - x
    assert not change[:, [0, 3]].any()
    assert change[:, [1, 2]].abs().max() > 0


def test_the_state_of_a_recurrent_network_matters() -> None:
    torch.manual_seed(0)
    network = FRVSR(4, blocks=1, features=8).eval()
    frames = clip(2)
    with torch.inference_mode():
        _, state = network(frames[:1])
        carried, _ = network(frames[1:], state)
        anew, _ = network(frames[1:])
    assert (carried - anew).abs().max() > 1e-6


def test_flow_points_from_the_frame_to_the_other() -> None:
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    frame = (0.5 + 0.4 * torch.sin(x / 5) * torch.cos(y / 6)).expand(1, 3, 64, 64)
    other = torch.roll(frame, 2, dims=3)
    flow = estimate_flow(frame, other)
    assert flow[0, 0, 20:44, 20:44].mean() == pytest.approx(2, abs=0.2)
    back = warp(other, flow)
    error = (back - frame).abs()[..., 16:48, 16:48].mean()
    assert error < 0.3 * (other - frame).abs()[..., 16:48, 16:48].mean()


def test_a_window_of_equal_frames_has_no_flow() -> None:
    torch.manual_seed(0)
    network = RBPN(4, base=8, features=4, blocks=1).eval()
    frames = clip(1).repeat(7, 1, 1, 1)
    with torch.inference_mode():
        whole = network(frames)
        still = network.project(frames[:1], [frames[:1]] * 6, [torch.zeros(1, 2, 24, 24)] * 6)
    assert torch.allclose(whole, still, atol=5e-3)


def test_interpolation_between_equal_frames_pads_and_crops() -> None:
    torch.manual_seed(0)
    network = FGDCN(guiding=64).eval()
    with torch.inference_mode():
        assert network(clip(2, 20)).shape == (1, 3, 20, 20)


def test_colours_come_back_from_luma_and_chroma() -> None:
    frames = clip(2) * 255
    again = rgb_of(luma_of(frames), enlarge_chroma(frames, 1))
    assert np.abs((again - frames).numpy()).max() < 0.01


def test_rlsp_makes_the_published_frames(mirror: str) -> None:
    """Frames 0 to 3 of foliage equal the authors' luma within one level; PSNR rises as state is carried."""
    foliage = next(r for r in load_set("vid4-bd", fetch=False).samples if r.name == "foliage")
    root = Path(mirror.split(":", maxsplit=1)[0])
    places = [blob(root, f"{place.sha256}") for place in foliage.files["target"][:5]]
    published = [blob(root, sha) for sha in RLSP_LUMA]
    if not all(path.is_file() for path in (*places, *published)):
        pytest.skip("NO MIRROR: it lacks the frames of foliage")
    network = load_card(card_of("rlsp_7_64"), progress=False).module
    assert isinstance(network, RLSP)
    targets = [read_image(path) for path in places]
    small = np.stack([foliage.recipe.input(target) for target in targets])
    window = torch.from_numpy(small).permute(0, 3, 1, 2).float()
    state, figures = None, []
    with torch.inference_mode():
        for t in range(4):
            luma, state = network.restore_luma(window[[max(t - 1, 0), t, t + 1]], state)
            rounded = torch.floor(luma[0, 0].clamp(0, 255) + 0.5).numpy()
            official = read_image(published[t])[:, :, 0]
            assert np.abs(rounded - official).max() <= 1
            error = rounded - image_luma(targets[t], dtype=np.float64)[:, :, 0]
            figures.append(10 * math.log10(255**2 / np.mean(error**2)))
    assert figures == pytest.approx([25.510, 26.313, 26.430, 26.717], abs=6e-4)
