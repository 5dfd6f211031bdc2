"""The loader of .pt and .pt2 files: TorchScript, exported programs, and plain state dictionaries."""

import hashlib
import warnings
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.model import Model, NetworkModel
from iqabench.models.core.probe import probe
from iqabench.models.core.second_size import check_second_size
from iqabench.models.loaders.script_check import checked_archive
from iqabench.models.loaders.weights import load_weights
from iqabench.tasks import default_task
from iqabench.trust import require_trust
from iqabench.zip_damage import zip_names


def load_script(path: Path, convention: CallingConvention = AS_FOUND) -> Model:
    """Load a TorchScript archive or exported program (.pt2); `load_weights` loads any other file.

    Raises: ModelError when it cannot be loaded or does not accept an image, WeightsError for unknown weights.
    """
    names = zip_names(path)
    if path.suffix.lower() == ".pt2":
        module = _exported(path)
    elif any("/code/" in name for name in names):
        module = _scripted(path)
    else:
        return load_weights(path, convention)
    scale, channels = probe(module, str(path), convention=convention)
    if not (convention.multiple or convention.output):
        peak = convention.range or 1
        check_second_size(
            lambda batch: cast(Tensor, module(batch * peak)) / peak,
            str(path),
            1 if channels == "grey" else 3,
            scale,
        )
    card = Card(
        id=path.stem,
        family="script",
        title=f"the program {path.name}",
        task=default_task(scale).name,
        scale=scale,
        loader="script",
        channels=channels,
        params=sum(p.numel() for p in module.parameters()) or None,  # a frozen one has constants
    )
    return NetworkModel(card, module, hashlib.sha256(path.read_bytes()).hexdigest())


def _scripted(path: Path) -> nn.Module:
    archive = checked_archive(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of torch's own plans for TorchScript
            module: nn.Module = torch.jit.load(archive, map_location="cpu")  # type: ignore[no-untyped-call]
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"{path} cannot be loaded: {str(error).splitlines()[0]}.") from error
    return module


class _Program(nn.Module):
    """A wrapper of an exported program, whose own module has no `eval`, which loading calls."""

    def __init__(self, program: nn.Module) -> None:
        super().__init__()
        self.inner = program

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        output: torch.Tensor = self.inner(batch)
        return output

    def train(self, mode: bool = True) -> "_Program":  # noqa: ARG002 - torch's signature
        return self


def _exported(path: Path) -> nn.Module:
    if not zip_names(path):
        raise ModelError(f"{path} is not an exported program: it is damaged or of another kind.")
    require_trust("an exported program, which torch evaluates as Python when it is read", path)
    try:
        return _Program(torch.export.load(str(path)).module())
    except (RuntimeError, ValueError, OSError, KeyError) as error:
        raise ModelError(
            f"{path} is not an exported program: {str(error).splitlines()[0]}."
        ) from error
