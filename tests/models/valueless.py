"""The building of large networks for their names, shapes and numbers of parameters."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor, nn


@contextmanager
def without_values() -> Iterator[None]:
    """Let networks be built without values, and without the time that drawing them would take."""

    def kept(tensor: Tensor, *_: float, **__: float) -> Tensor:
        return tensor

    with pytest.MonkeyPatch.context() as patch, torch.device("meta"):
        for layer in (nn.Conv2d, nn.ConvTranspose2d, nn.Embedding, nn.Linear):
            patch.setattr(layer, "reset_parameters", lambda self: None)
        patch.setattr(nn.init, "trunc_normal_", kept)
        yield
