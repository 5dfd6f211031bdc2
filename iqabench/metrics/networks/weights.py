"""The files with the weights of DISTS, PieAPP, CLIP-IQA and the heads of LPIPS, and where they come from."""

from importlib.util import find_spec
from pathlib import Path

from iqabench.errors import MetricWeightsError
from iqabench.files import RemoteFile
from iqabench.metrics.core.requirements import find_files
from iqabench.metrics.networks.backbones import VGG16

DISTS = RemoteFile(
    "dists/weights.pt",
    "https://raw.githubusercontent.com/dingkeyan93/DISTS/1267d8cb626c98706db3697422701c56a85ebf2e"
    "/DISTS_pytorch/weights.pt",
    sha256="f5e65c96230b7f6ca995691647d482237e4cab8a50c5c4a5784f219ef0748218",
    bytes=12288,
)
"""The weight of each channel's mean (alpha) and variance (beta), as the authors trained it."""

PIEAPP = RemoteFile(
    "PieAPPv0.1.pth",
    "https://github.com/photosynthesis-team/piq/releases/download/v0.5.4/PieAPPv0.1.pth",
    sha256="0937b01480c7a637ae3018af755faa8ecde4788b52bb246b7ae62cf96fb6baf0",
    bytes=None,
    page="https://github.com/prashnani/PerceptualImageError",
)
"""The authors' own file, in the copy of piq."""

_CLIP_SHA256 = "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762"
CLIP = [
    RemoteFile("RN50.pt", url, sha256=_CLIP_SHA256, bytes=None)
    for url in (
        f"https://openaipublic.azureedge.net/clip/models/{_CLIP_SHA256}/RN50.pt",
        "https://github.com/photosynthesis-team/piq/releases/download/v0.7.1/RN50.pt",
    )
]
"""CLIP's ResNet-50: the file of its authors, and the copy of piq."""


def dists_files(metric: str) -> tuple[Path, Path]:
    """Return the file of the authors' weights and that of VGG16's convolutions.

    Raises: MetricWeightsError when one of them is in no mirror and cannot be downloaded.
    """
    [own] = find_files([DISTS], metric, "the weights of its authors")
    return own, VGG16.path(metric)


def pieapp_file(metric: str) -> Path:
    """Return the file of PieAPP's weights.

    Raises: MetricWeightsError when it is in no mirror and cannot be downloaded.
    """
    return find_files([PIEAPP], metric, "the weights of its authors")[0]


def clip_file(metric: str) -> Path:
    """Return the file of CLIP's ResNet-50, from the first source that has it.

    Raises: MetricWeightsError when it is in no mirror and cannot be downloaded.
    """
    first, *others = CLIP
    try:
        return find_files([first], metric, "the weights of CLIP")[0]
    except MetricWeightsError:
        for other in others:
            try:
                return find_files([other], metric, "the weights of CLIP")[0]
            except MetricWeightsError:
                continue
        raise


def lpips_heads_file(owner: str, net: str, version: str) -> Path:
    """Return the file of the heads that the authors trained, which lies in their package.

    Raises: MetricWeightsError when the package is not installed.
    """
    package = find_spec("lpips")  # found, not imported: it would bring torchvision's models along
    if package is None or package.origin is None:
        raise MetricWeightsError(
            f"{owner} needs the package lpips for its heads: pip install lpips."
        )
    return Path(package.origin).parent / "weights" / f"v{version}" / f"{net}.pth"
