"""The loader of `package.module:factory`: a model that the user's own code makes."""

import hashlib
import importlib
import sys
from pathlib import Path

import torch
from torch import nn

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.model import Model, NetworkModel
from iqabench.models.core.probe import probe
from iqabench.models.layers.parameters import trained_parameters
from iqabench.models.sources.code import module_digest, prepare_import
from iqabench.models.sources.digest import joined
from iqabench.models.sources.freshness import without_bytecode
from iqabench.models.sources.reading import watching_reads
from iqabench.tasks import default_task


def call_factory(name: str) -> nn.Module:
    """Call `factory()` of `package.module`, which is searched in the current folder too, as with `python -m`.

    Raises: ModelError when there is no such factory, when it fails, or when it returns no torch module.
    """
    module_name, _, attribute = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    prepare_import(module_name)
    try:
        with watching_reads(), without_bytecode():
            factory = getattr(importlib.import_module(module_name), attribute)
            module = factory()
    except Exception as error:  # a user's code may raise anything: its message is passed on
        raise ModelError(
            f"'{name}' could not be called: {type(error).__name__}: {error}. Expected an importable "
            "package.module:factory that, called without arguments, returns a torch.nn.Module."
        ) from error
    if not isinstance(module, nn.Module):
        raise ModelError(
            f"'{name}' returned a {type(module).__name__}; expected a torch.nn.Module."
        )
    return module


def load_factory(name: str, convention: CallingConvention = AS_FOUND) -> Model:
    """Load the module that a factory returns as a model; it maps [0, 1] to [0, 1], or what is declared.

    Raises: ModelError (see `call_factory`).
    """
    module = call_factory(name).eval()
    with watching_reads():
        scale, channels = probe(module, name, convention=convention)
    card = Card(
        id=name,
        family="factory",
        title=f"made by {name}",
        task=default_task(scale).name,
        scale=scale,
        loader="factory",
        network=name,
        channels=channels,
        params=trained_parameters(module),
    )
    code = module_digest(name.partition(":")[0], module)
    return NetworkModel(card, module, joined(_hash_of_weights(module), code))


def _hash_of_weights(module: nn.Module) -> str:
    """Return SHA-256 over the names and values of the weights, because there is no file."""
    digest = hashlib.sha256(type(module).__qualname__.encode())
    for key, value in sorted(module.state_dict().items()):
        digest.update(key.encode())
        digest.update(
            value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        )
    return digest.hexdigest()
