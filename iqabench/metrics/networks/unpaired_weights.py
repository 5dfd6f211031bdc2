"""The weights of unpaired_iqa: a file that the user trained or was handed."""

from pathlib import Path

from iqabench.errors import MetricWeightsError
from iqabench.files import home
from iqabench.files.disk import sha256_of
from iqabench.metrics.networks.backbones import ALEXNET

TRAINING = "python -m iqabench.run.train_unpaired"
"""The command that trains the network."""


def weights_path() -> Path:
    """Return the path under which the trained weights are looked for."""
    return home() / "metrics" / "unpaired_iqa.safetensors"


def weights_hash() -> str:
    """Return a text that tells these weights from others; 'untrained' where there are none."""
    path = weights_path()
    return f"weights {sha256_of(path)[:12]}" if path.is_file() else "untrained"


def trained_file(metric: str) -> Path:
    """Return the file of the trained weights.

    Raises: MetricWeightsError when there is none.
    """
    path = weights_path()
    if not path.is_file():
        raise MetricWeightsError(
            f"{metric} has no published weights; it learns from opinions that you have. Train it with "
            f"'{TRAINING} --opinions tid2013 --from FOLDER', which writes {path}, "
            "or put a file there that was trained so."
        )
    return path


def require_weights(metric: str) -> None:
    """Find the trained weights and those of AlexNet.

    Raises: MetricWeightsError when one of them is missing.
    """
    trained_file(metric)
    ALEXNET.path(metric)
