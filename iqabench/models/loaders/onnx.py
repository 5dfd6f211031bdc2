"""The loader of .onnx files, through onnxruntime, an optional dependency."""

import hashlib
import importlib
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.model import Model, Precision
from iqabench.models.core.probe import probe
from iqabench.tasks import default_task


class OnnxModel(Model):
    """A model that onnxruntime runs, in [0, 1] or [0, 255]."""

    def __init__(self, card: Card, session: Any, weights_hash: str) -> None:
        super().__init__(card, weights_hash)
        self._session = session

    def forward(self, batch: Tensor) -> Tensor:
        """Restore a batch (see `Model.forward`)."""
        unit = 255.0 / self.card.range
        return _run(self._session, batch.float() / unit) * unit

    def to(self, device: str, precision: Precision = "fp32") -> Model:
        """Check that the model runs on the device; its precision is that of the file.

        Raises: ModelError for a device without a provider, and for any precision but fp32.
        """
        kind = torch.device(device).type
        wanted = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}.get(kind)
        if precision != "fp32" or wanted not in self._session.get_providers():
            raise ModelError(
                f"{self.card.id} runs in onnxruntime on {self._session.get_providers()} in the precision of "
                f"its file; asked for {device}, {precision}."
            )
        return self


def load_onnx(path: Path, convention: CallingConvention = AS_FOUND) -> Model:
    """Load a model file with one image as input and one as output, values in [0, 1].

    Raises: ModelError when onnxruntime is not installed, or the file is damaged or of another kind.
    """
    try:
        onnxruntime = importlib.import_module("onnxruntime")  # optional, and slow
    except ImportError as error:
        raise ModelError(
            f"{path} needs onnxruntime, which is not installed for {sys.executable}. "
            "Install it with: pip install 'iqabench[onnx]'"
        ) from error
    try:
        session = onnxruntime.InferenceSession(
            str(path), providers=onnxruntime.get_available_providers()
        )
    except Exception as error:
        raise ModelError(f"{path} cannot be loaded: {error}.") from error
    if len(session.get_inputs()) != 1 or len(session.get_outputs()) < 1:
        raise ModelError(f"{path} has {len(session.get_inputs())} inputs; expected one image.")
    size = session.get_inputs()[0].shape[2]
    scale, channels = probe(
        lambda b: _run(session, b), str(path), size if isinstance(size, int) else 64, convention
    )
    card = Card(
        id=path.stem,
        family="onnx",
        title=f"the ONNX file {path.name}",
        task=default_task(scale).name,
        scale=scale,
        loader="onnx",
        channels=channels,
    )
    return OnnxModel(card, session, hashlib.sha256(path.read_bytes()).hexdigest())


def _run(session: Any, batch: Tensor) -> Tensor:
    name = session.get_inputs()[0].name
    return torch.from_numpy(session.run(None, {name: batch.cpu().numpy()})[0])
