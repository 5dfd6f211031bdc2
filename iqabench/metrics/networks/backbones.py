"""Networks that others trained and learned metrics stand on: where their weights can be had."""

from dataclasses import dataclass
from pathlib import Path

from iqabench.errors import FetchError, MetricWeightsError
from iqabench.files import RemoteFile
from iqabench.files.fetch import fetch
from iqabench.files.named import find_named


@dataclass(frozen=True)
class Backbone:
    """A network trained on ImageNet, as torchvision publishes it."""

    title: str
    whole: RemoteFile
    """All of it, its classifier too."""
    convolutions: tuple[str, str] | None = None
    """Its convolutions alone, much smaller, as a mirror may serve them: their name there and SHA-256."""


ALEXNET = Backbone(
    "AlexNet",
    RemoteFile(
        "alexnet-owt-7be5be79.pth",
        "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
        sha256=None,
        bytes=None,
        sha256_prefix="7be5be79",
    ),
    (
        "backbones/alexnet_features.safetensors",
        "9f97fd313f4da83dbe6bbfbe6effca1241de9edfcd7c53386261ed9697286dd9",
    ),
)
VGG16 = Backbone(
    "VGG16",
    RemoteFile(
        "vgg16-397923af.pth",
        "https://download.pytorch.org/models/vgg16-397923af.pth",
        sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        bytes=553433881,
    ),
    (
        "backbones/vgg16_features.safetensors",
        "cabd922aeb0dd6d56f2bed33221aee74b7f1e760ddd105c0e0891606cbab6d0d",
    ),
)
SQUEEZENET = Backbone(
    "SqueezeNet 1.1",
    RemoteFile(
        "squeezenet1_1-b8a52dc0.pth",
        "https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth",
        sha256="b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
        bytes=4958839,
    ),
)

INCEPTION = RemoteFile(
    "pt_inception-2015-12-05-6726825d.pth",
    "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
    "pt_inception-2015-12-05-6726825d.pth",
    sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    bytes=95_628_359,
)
"""Those of the paper's network, ported from TensorFlow's inception-2015-12-05 by pytorch-fid."""


def backbone(of: Backbone, owner: str) -> Path:
    """A file with its convolutions under torchvision's names: safetensors or torch.

    `owner`: the metric that needs it, for messages.

    Raises: MetricWeightsError when it can be had nowhere.
    """
    alone = of.convolutions
    also = f"A mirror may also serve the convolutions alone, as {alone[0]}." if alone else ""
    try:
        found = find_named(*alone) if alone else None
    except FetchError as error:
        raise _missing(of.title, owner, error, also) from error
    return found or weights(of.whole, of.title, owner, also)


def alexnet(owner: str) -> Path:
    """The convolutions of AlexNet; see `backbone`."""
    return backbone(ALEXNET, owner)


def weights(file: RemoteFile, what: str, owner: str, also: str = "") -> Path:
    """The file, fetched where needed. `what` it holds the weights of, and `also`: for messages.

    Raises: MetricWeightsError when it can be had nowhere.
    """
    try:
        return fetch([file], owner=owner)[file]
    except FetchError as error:
        raise _missing(what, owner, error, also) from error


def _missing(what: str, owner: str, error: FetchError, also: str) -> MetricWeightsError:
    return MetricWeightsError(f"{owner} needs the weights of {what}. {error} {also}".rstrip())
