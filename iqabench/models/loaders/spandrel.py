"""The loader of files whose architecture the spandrel library recognises by their tensors.

The library is imported when it is needed: it takes longer to import than torch.
"""

import hashlib
import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from torch import Tensor, nn

from iqabench.errors import WeightsError
from iqabench.models.core.card import Card
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.model import Model, NetworkModel
from iqabench.models.core.weights import read_state
from iqabench.tasks import default_task


def load_spandrel(path: Path, convention: CallingConvention = AS_FOUND) -> Model:  # noqa: ARG001 - the signature of loaders
    """Load a .pth or .safetensors file, recognised by its tensors.

    Raises: WeightsError when it is unsafe, damaged or of an architecture that spandrel does not know.
    """
    found = _describe(read_state(path), str(path))
    needs = found.size_requirements
    channels: Literal["rgb", "grey"] = "rgb" if found.input_channels == 3 else "grey"
    card = Card(
        id=path.stem,
        family=found.architecture.id,
        title=f"{found.architecture.name}, from {path.name}",
        source="recognised by spandrel",
        task=default_task(found.scale).name,
        scale=found.scale,
        loader="file",
        architecture=found.architecture.name,
        channels=channels,
        size_multiple=needs.multiple_of or 1,
        min_size=needs.minimum or 1,
        params=sum(p.numel() for p in found.model.parameters()),
    )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return NetworkModel(card, found.model, digest)


def spandrel_module(state: dict[str, Tensor], name: str) -> nn.Module:
    """Return the network to which these tensors belong, with the tensors loaded.

    Raises: WeightsError when spandrel does not know it.
    """
    module: nn.Module = _describe(state, name).model
    return module


@contextmanager
def without_spandrels_warnings() -> Iterator[None]:
    """Silence the warning that spandrel's HAT and SwinIR cause: they call torch.meshgrid in an old way."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.meshgrid")
        yield


def _describe(state: dict[str, Tensor], name: str) -> Any:
    spandrel = importlib.import_module("spandrel")  # slow
    try:
        with without_spandrels_warnings():
            found = spandrel.ModelLoader(device="cpu").load_from_state_dict(state)
    except spandrel.UnsupportedModelError as error:
        raise WeightsError(
            f"{name} is of no architecture that spandrel knows. Give a factory instead "
            "(package.module:factory), or register the family: one folder with a card and a network."
        ) from error
    except (RuntimeError, KeyError, ValueError, AssertionError) as error:
        raise WeightsError(
            f"{name} does not fit the architecture that its tensors suggest: {error}"
        ) from error
    if not isinstance(found, spandrel.ImageModelDescriptor):
        raise WeightsError(
            f"{name} is a {found.architecture.name}, which needs more inputs than one image."
        )
    if found.input_channels != found.output_channels or found.input_channels not in (1, 3):
        raise WeightsError(
            f"{name} has {found.input_channels} input and {found.output_channels} output channels; "
            "expected one or three, the same for both."
        )
    return found
