"""`package.module:factory`: a model made by the user's own code."""

import hashlib
import importlib
import sys
from pathlib import Path

import torch
from torch import nn

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.model import Model, NetworkModel
from iqabench.models.core.probe import probe
from iqabench.tasks import default_task


def call_factory(name: str) -> nn.Module:
    """Call `factory()` of `package.module`; the current folder is searched as Python does with `-m`.

    Raises: ModelError when there is no such thing, when it fails, or when it returns no module.
    """
    module_name, _, attribute = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        factory = getattr(importlib.import_module(module_name), attribute)
        made = factory()
    except Exception as error:
        raise ModelError(
            f"'{name}' could not be made: {type(error).__name__}: {error}. Expected an importable "
            "package.module:factory that, called without arguments, returns a torch.nn.Module."
        ) from error
    if not isinstance(made, nn.Module):
        raise ModelError(f"'{name}' made a {type(made).__name__}; expected a torch.nn.Module.")
    return made


def load_factory(name: str) -> Model:
    """The module that a factory makes, as a model; it maps [0, 1] to [0, 1].

    Raises: ModelError; see `make`.
    """
    made = call_factory(name).eval()
    scale, channels = probe(made, name)
    card = Card(
        id=name,
        family="factory",
        title=f"made by {name}",
        task=default_task(scale).name,
        scale=scale,
        loader="factory",
        network=name,
        channels=channels,
        params=sum(p.numel() for p in made.parameters() if p.requires_grad),
    )
    return NetworkModel(card, made, _hash(made))


def _hash(module: nn.Module) -> str:
    """SHA-256 over names and values: there is no file to hash. Code without weights is not seen."""
    digest = hashlib.sha256(type(module).__qualname__.encode())
    for key, value in sorted(module.state_dict().items()):
        digest.update(key.encode())
        digest.update(
            value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        )
    return digest.hexdigest()
