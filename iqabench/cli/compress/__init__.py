"""The `iqabench compress` group: one file per way of making a variant."""

import click

from iqabench.cli.lazy import LazyGroup
from iqabench.errors import CompressError

WAYS = {
    "prune": "Remove channels from a network, and train what remains.",
    "sparsify": "Set single weights to 0, and train the others.",
    "shift": "Replace part of each convolution's outputs by shifted copies of the others.",
    "binarize": "Replace convolutions by binary ones.",
    "distill": "Train a small network to give the outputs of a large one.",
    "quantize": "Make a network compute with 8-bit integers, or store it in half precision.",
    "collapse": "Fold layers that are linear together into fewer, exactly.",
}
"""One-line help by name."""


_LIBRARIES = {"torch_pruning": "torch-pruning 1.6.1", "torchao": "torchao"}


class _Ways(LazyGroup):
    """The ways of compressing, some of which need an optional library."""

    folder = "iqabench.cli.compress"
    summaries = WAYS

    def load(self) -> None:
        """Import everything that the called command needs.

        Raises: CompressError when an optional library is not installed.
        """
        try:
            super().load()
        except ModuleNotFoundError as error:
            if error.name not in _LIBRARIES:
                raise
            raise CompressError(
                f"This way of compressing needs {_LIBRARIES[error.name]}, which is not installed. "
                "Type: pip install 'iqabench[compress]'."
            ) from error


@click.group("compress", cls=_Ways)
def command() -> None:
    """Make a variant of a model: smaller or faster, beside its parent.

    Every result is a folder with weights (safetensors) and a card: parent, recipe, data, seed, hash, and
    figures before and after. It is a model by its path, as in 'iqabench compare pocket FOLDER', and by its
    id where IQABENCH_MODELS names the folder above it.
    """
