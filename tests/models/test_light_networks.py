"""The parts of light-weight networks that a wrong line would change without a failure."""

import numpy as np
import pytest
import torch

from iqabench.images.view import view
from iqabench.models.como.network import ModulatedConvolution
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.models.hpinet.network import Match
from iqabench.models.hpinet.patches import cut, join, starts
from iqabench.protocols import protocol
from iqabench.sets import load_set


@pytest.mark.parametrize(
    ("side", "begins"), [(12, [0]), (13, [0, 1]), (22, [0, 10]), (24, [0, 10, 12])]
)
def test_patches_share_two_rows_and_the_last_one_moves_inwards(
    side: int, begins: list[int]
) -> None:
    assert starts(side, 12) == begins


def test_patches_that_nothing_changed_join_to_the_feature_map() -> None:
    """With 26 rows no row lies in three patches of 12, so the halves of two neighbours add up to one."""
    features = torch.randn(2, 3, 22, 26, generator=torch.Generator().manual_seed(0))
    joined = join(cut(features, 12), 12, 22, 26)
    assert torch.allclose(joined, features, atol=1e-6)


def test_a_row_of_three_patches_is_halved_twice() -> None:
    """With 23 rows patches of 12 begin at 0, 10 and 11: row 11 lies in all three."""
    features = torch.ones(1, 1, 23, 12)
    column = join(cut(features, 12), 12, 23, 12)[0, 0, :, 0]
    assert starts(23, 12) == [0, 10, 11]
    assert column[9:14].tolist() == [1, 1, 0.75, 1, 1]


def test_each_patch_meets_the_most_similar_other_one() -> None:
    patches = torch.tensor([[1.0, 2, 3, 4], [4, 3, 2, 1], [1, 2, 3.1, 4], [4, 3, 2.1, 1]])
    tokens = patches[None, :, None].expand(1, 4, 5, 4)
    assert torch.equal(Match(4)(tokens), tokens[:, [2, 3, 0, 1]])


def test_a_kernel_is_weighed_by_the_share_of_active_features() -> None:
    """One channel is active in its upper third only: the upper taps weigh e times as much as the others."""
    layer = ModulatedConvolution(1, 1, 3, bias=False)
    torch.nn.init.ones_(layer.Conv2d.weight)
    image = torch.full((1, 1, 9, 9), -1.0)
    image[:, :, :3] = 1
    upper = 9 * torch.e / (3 * torch.e + 6)
    lower = 9 / (3 * torch.e + 6)
    assert layer(image)[0, 0, 3, 4].item() == pytest.approx(3 * upper - 6 * lower, abs=1e-4)


@pytest.mark.usefixtures("mirror")
def test_lffn_meets_the_log_of_its_authors_by_their_own_protocol() -> None:
    """The log of the authors says 28.058281 for the butterfly at x4."""
    ref = next(ref for ref in load_set("set5_pillow", 4) if ref.name == "butterfly")
    sample = ref.load()
    assert sample.target is not None
    output = restore(load_model("lffn_s", 4), sample.input).image
    pair = view(protocol("y-cut"), output, sample.target, 4)
    error = np.mean((pair.output.astype(np.float64) - pair.target) ** 2)
    assert 10 * np.log10(255**2 / error) == pytest.approx(28.058281, abs=1e-4)


@pytest.mark.usefixtures("mirror")
def test_espcn_meets_its_figure_where_luma_is_not_rounded() -> None:
    """The published weights gave 28.382 dB on Set5 at x4."""
    model, errors = load_model("espcn", 4), []
    for ref in load_set("set5", 4):
        sample = ref.load()
        assert sample.target is not None
        pair = view(protocol("y-float"), restore(model, sample.input).image, sample.target, 4)
        errors.append(np.mean((pair.output.astype(np.float64) - pair.target) ** 2))
    decibels = 10 * np.log10(255**2 / np.array(errors))
    assert decibels.mean() == pytest.approx(28.382, abs=5e-4)


@pytest.mark.usefixtures("mirror")
def test_cfsr_in_onnx_gives_what_the_torch_network_gives() -> None:
    pytest.importorskip("onnxruntime")
    y, x, c = np.mgrid[0:24, 0:20, 0:3]
    image = ((y * 7 + x * x + c * 40) % 256).astype(np.uint8)
    outputs = [restore(load_model(name, 4), image).image for name in ("cfsr", "cfsr_onnx")]
    assert np.abs(outputs[0] - outputs[1]).max() < 0.01  # of 255
