"""The loader of files whose architecture the spandrel library recognises by their tensors.

The library is imported when it is needed: it takes longer to import than torch.
"""

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from iqabench.errors import WeightsError


class UnknownArchitectureError(WeightsError):
    """Tensors that spandrel does not know."""


def spandrel_module(state: dict[str, Tensor], name: str) -> nn.Module:
    """Return the network to which these tensors belong, with the tensors loaded.

    Raises: WeightsError when spandrel does not know it.
    """
    module: nn.Module = describe(state, name).model
    return module


@contextmanager
def without_spandrels_warnings() -> Iterator[None]:
    """Silence the warning that spandrel's HAT and SwinIR cause: they call torch.meshgrid in an old way."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.meshgrid")
        yield


def describe(state: dict[str, Tensor], name: str) -> Any:
    """Return spandrel's description of the network to which these tensors belong, with the tensors loaded.

    Raises: UnknownArchitectureError when spandrel does not know it; WeightsError when the tensors do not fit
        the architecture that their names suggest, or when it is not for one image.
    """
    spandrel = importlib.import_module("spandrel")  # slow
    try:
        with without_spandrels_warnings():
            found = spandrel.ModelLoader(device="cpu").load_from_state_dict(state)
    except spandrel.UnsupportedModelError as error:
        raise UnknownArchitectureError(
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
