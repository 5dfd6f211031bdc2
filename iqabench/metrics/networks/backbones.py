"""The networks that learned metrics are built on, and the sources of their weights."""

from dataclasses import dataclass
from pathlib import Path

from iqabench.errors import FetchError
from iqabench.files import RemoteFile
from iqabench.files.named import find_named
from iqabench.metrics.core.requirements import find_files, missing


@dataclass(frozen=True)
class Backbone:
    """A network trained on ImageNet, as torchvision publishes it."""

    title: str
    whole: RemoteFile
    """All of it, its classifier too."""
    convolutions: tuple[str, str] | None = None
    """Its convolutions only, much smaller, as a mirror may serve them: their name there and SHA-256."""

    def path(self, owner: str) -> Path:
        """Return a file with its convolutions under torchvision's names: safetensors or torch.

        `owner`: the metric that needs it, for messages.

        Raises: MetricWeightsError when no mirror has it and it cannot be downloaded.
        """
        contents, advice = f"the weights of {self.title}", ""
        if self.convolutions:
            advice = f"A mirror may also serve only the convolutions, as {self.convolutions[0]}."
            try:
                if path := find_named(*self.convolutions):
                    return path
            except FetchError as error:
                raise missing(owner, contents, error, advice) from error
        return find_files([self.whole], owner, contents, advice)[0]


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
"""The weights of the paper's network, ported from TensorFlow's inception-2015-12-05 by pytorch-fid."""


def inception(owner: str) -> Path:
    """Return the file with the weights of Inception. `owner`: the metric that needs it, for messages.

    Raises: MetricWeightsError when no mirror has it and it cannot be downloaded.
    """
    return find_files([INCEPTION], owner, "the weights of Inception")[0]
