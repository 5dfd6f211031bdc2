"""Networks that others trained and learned metrics stand on."""

from pathlib import Path

from iqabench.errors import FetchError, MetricWeightsError
from iqabench.files import RemoteFile
from iqabench.files.fetch import fetch
from iqabench.files.named import find_named

ALEXNET = RemoteFile(
    "alexnet-owt-7be5be79.pth",
    "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
    sha256=None,
    bytes=None,
    sha256_prefix="7be5be79",
)
"""All of AlexNet, as torchvision publishes it."""

_ALEXNET_FEATURES = (
    "backbones/alexnet_features.safetensors",
    "9f97fd313f4da83dbe6bbfbe6effca1241de9edfcd7c53386261ed9697286dd9",
)
"""Its convolutions alone, a twentieth of the size, as a mirror may serve them."""


def alexnet(owner: str) -> Path:
    """A file with the convolutions of AlexNet under torchvision's names: safetensors or torch.

    `owner`: the metric that needs it, for messages.

    Raises: MetricWeightsError when it can be had nowhere.
    """
    try:
        return find_named(*_ALEXNET_FEATURES) or fetch([ALEXNET], owner=owner)[ALEXNET]
    except FetchError as error:
        raise MetricWeightsError(
            f"{owner} needs the weights of AlexNet. {error} A mirror may also serve the convolutions "
            f"alone, as {_ALEXNET_FEATURES[0]}."
        ) from error
