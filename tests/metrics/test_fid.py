"""FID and KID: the network against torchvision's, changed as pytorch-fid changes it; weights at random.

The published weights, 96 MB, are held by their checksum alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import inception

from iqabench.errors import MetricWeightsError
from iqabench.images import OutputView
from iqabench.metrics import set_metrics
from iqabench.metrics.networks import inception_features as ours
from iqabench.metrics.networks.inception import Inception

from .damage import DAMAGES, Pixels, photographs


def _mean_without_border(x: Tensor, **how: Any) -> Tensor:
    return functional.avg_pool2d(x, **how, count_include_pad=False)


class _Pools:
    """torch.nn.functional as torchvision's blocks see it: means leave the border out."""

    def __getattr__(self, name: str) -> Any:
        return _mean_without_border if name == "avg_pool2d" else getattr(functional, name)


class _Last(inception.InceptionE):  # type: ignore[misc]
    """The last block: a maximum in its pooling branch."""

    def forward(self, x: Tensor) -> Tensor:
        pooled = self.branch_pool(functional.max_pool2d(x, 3, stride=1, padding=1))
        return torch.cat((torch.cat(self._forward(x)[:3], 1), pooled), 1)


@pytest.fixture(scope="module")
def theirs() -> nn.Module:
    """The whole network of torchvision, up to its last pooling, with weights that keep signals alive."""
    torch.manual_seed(0)
    made = inception.Inception3(num_classes=1008, aux_logits=False, init_weights=False)
    made.Mixed_7c = _Last(2048)
    made.fc = nn.Identity()
    for part in made.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight)
        elif isinstance(part, nn.BatchNorm2d):
            part.bias.data.normal_(0, 0.2)
            part.get_buffer("running_mean").normal_(0, 0.1)
            part.get_buffer("running_var").uniform_(0.8, 1.2)
    return made.eval()  # type: ignore[no-any-return]


@pytest.fixture
def file(theirs: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Their weights as a published file, in the place of the real one."""
    path = tmp_path / "weights.pth"
    head = {"fc.weight": torch.zeros(1008, 2048), "fc.bias": torch.zeros(1008)}
    torch.save(theirs.state_dict() | head, path)
    monkeypatch.setattr(ours, "inception", lambda owner: path)
    ours._loaded.clear()
    yield path
    ours._loaded.clear()


@pytest.fixture
def reference(theirs: nn.Module, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(inception, "F", _Pools())

    def features(image: Pixels) -> NDArray[np.float64]:
        x = torch.from_numpy(image.astype(np.float32) / 255).permute(2, 0, 1)[None]
        x = functional.interpolate(x, size=(299, 299), mode="bilinear", align_corners=False)
        with torch.no_grad():
            return np.asarray(theirs(2 * x - 1).numpy(), np.float64)

    return features


def test_its_parameters_have_the_published_names(theirs: nn.Module) -> None:
    shapes = {name: x.shape for name, x in theirs.state_dict().items()}
    assert {name: x.shape for name, x in Inception().state_dict().items()} == shapes
    assert len(shapes) == 564


@pytest.mark.usefixtures("file")
def test_the_network_is_theirs(reference: Any) -> None:
    noisy = DAMAGES["noise"](photographs()[3])
    for image in (photographs()[1], photographs()[2][:31, :299], noisy):
        expected = reference(image)
        found = set_metrics().get("fid").look(OutputView(image))
        assert found.shape == (1, 2048)
        assert np.abs(expected).mean() > 0.1
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-5)


@pytest.mark.usefixtures("file")
def test_fid_and_kid_are_their_definitions() -> None:
    """Means, np.cov and the root of their product, over what the 2048 features of six images span."""
    fid, kid = set_metrics().get("fid"), set_metrics().get("kid")
    targets = [photographs()[n] for n in (0, 1, 2)]
    looked = [fid.look(OutputView(DAMAGES["blur"](image))) for image in targets]
    looked += [fid.look(OutputView(image)) for image in targets]
    features = np.concatenate(looked)
    x, y = np.split(features @ np.linalg.qr(features.T)[0], 2)
    shared = sqrtm(np.cov(x.T) @ np.cov(y.T) + 1e-14 * np.eye(6))
    expected = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(np.cov(x.T) + np.cov(y.T))
    value = fid.distance(fid.gather(looked[:3]), fid.gather(looked[3:]))
    assert value == pytest.approx(expected - 2 * np.trace(shared).real, rel=1e-5)
    within = (x @ x.T / 2048 + 1) ** 3 + (y @ y.T / 2048 + 1) ** 3
    between = (x @ y.T / 2048 + 1) ** 3
    unbiased = (within.sum() - np.trace(within)) / 6 - 2 * between.mean()
    value = kid.distance(kid.gather(looked[:3]), kid.gather(looked[3:]))
    assert value == pytest.approx(unbiased, rel=1e-9)


def test_both_look_once(file: Path) -> None:
    seen = OutputView(photographs()[1])
    first = set_metrics().get("fid").look(seen)
    assert set_metrics().get("kid").look(seen) is first


def test_files_without_counts_of_batches_are_read(file: Path, theirs: nn.Module) -> None:
    """As older releases of torch wrote them."""
    kept = {n: x for n, x in theirs.state_dict().items() if "num_batches" not in n}
    torch.save(kept, file)
    assert isinstance(ours.network("cpu", "fid"), Inception)


def test_missing_weights_are_named_with_what_to_do() -> None:
    ours._loaded.clear()
    with pytest.raises(
        MetricWeightsError, match=r"(?s)fid needs.*pt_inception-2015-12-05-6726825d"
    ):
        set_metrics().get("fid").look(OutputView(photographs()[0]))
