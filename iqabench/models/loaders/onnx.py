"""The loader of .onnx files, through onnxruntime, an optional dependency."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.files.disk import sha256_of
from iqabench.models.core.card import Card
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.fixed_size import forward_fixed
from iqabench.models.core.mode import PLAIN, Mode
from iqabench.models.core.model import Model, Precision
from iqabench.models.core.probe import probe
from iqabench.models.core.second_size import check_second_size
from iqabench.models.loaders.onnx_graph import OnnxGraph
from iqabench.models.loaders.onnx_program import OnnxProgram, open_program
from iqabench.models.sources.digest import digest_of_files, joined
from iqabench.models.sources.onnx_data import external_files
from iqabench.tasks import default_task

_SIDE = 64
_DARK = 2.0
"""The largest value of an output in 0..1, with some room; outputs in 0..255 have larger ones."""


class _Peaks(NamedTuple):
    """The values that mean white."""

    given: int
    returned: int


class OnnxModel(Model):
    """A model that onnxruntime runs, in the range of its card, or in 0..255 where it takes whole numbers."""

    def __init__(self, card: Card, program: OnnxProgram, peaks: _Peaks, weights_hash: str) -> None:
        super().__init__(card, weights_hash)
        self._program, self._peaks = program, peaks
        self.fixed_size = program.size if any(program.size) else None
        self.graph = OnnxGraph(program)

    def forward(self, batch: Tensor) -> Tensor:
        """Restore a batch (see `Model.forward`)."""
        given, returned = self._peaks
        if given == returned:  # the range may have been declared
            given = returned = self.card.range
        output = self._program(batch.float() * (given / 255.0), self.card.output)
        return output.float() * (255.0 / returned)

    @contextmanager
    def bare(self, mode: Mode = PLAIN) -> Iterator[Callable[[Tensor], Tensor]]:
        """Yield only the program; see `Model.bare`."""
        if mode != PLAIN:
            raise ModelError(
                f"{self.card.id} is not a torch network; it has no mode '{mode.name}'."
            )
        yield lambda batch: self._program(batch, self.card.output)

    def to(self, device: str, precision: Precision = "fp32") -> Model:
        """Check that the model runs on the device; its precision is that of the file.

        Raises: ModelError for a device without a provider, and for any precision but fp32.
        """
        kind = torch.device(device).type
        providers = self._program.session.get_providers()
        wanted = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}.get(kind)
        if precision != "fp32" or wanted not in providers:
            raise ModelError(
                f"{self.card.id} runs in onnxruntime on {providers} in the precision of its file; asked for "
                f"{device}, {precision}."
            )
        return self


def load_onnx(path: Path, convention: CallingConvention = AS_FOUND) -> Model:
    """Load a model file with one image as input, (N, C, H, W) or (N, H, W, C), of floats in 0..1 or of bytes.

    Raises: ModelError when onnxruntime is not installed, or the file is damaged or of another kind.
    """
    program = open_program(path)
    first, peaks = _first_output(program, convention)
    declared = convention.range or 1
    own_units = peaks.given == peaks.returned == 1

    def run(batch: Tensor) -> Tensor:
        if own_units:
            return program(batch, convention.output)
        output = program(batch * (peaks.given / declared), convention.output)
        return output.float() * (declared / peaks.returned)

    height = program.size[0] or _SIDE
    scale_of_first = max(int(first.shape[2]) // height, 1) if first.ndim == 4 else 1

    def run_any_size(batch: Tensor) -> Tensor:
        if any(program.size):
            return forward_fixed(run, batch, program.size, scale_of_first)
        return run(batch)

    scale, channels = probe(run_any_size, str(path), _SIDE, convention)
    if not any(program.size) and not convention.multiple:
        check_second_size(
            lambda batch: run(batch * declared) / declared,
            str(path),
            1 if channels == "grey" else 3,
            scale,
        )
    card = Card(
        id=path.stem,
        family="onnx",
        title=f"the ONNX file {path.name}",
        task=default_task(scale).name,
        scale=scale,
        loader="onnx",
        channels=channels,
        range=255 if peaks.given == 255 else 1,
    )
    data = digest_of_files(external_files(path))
    return OnnxModel(card, program, peaks, joined(sha256_of(path), data))


def _first_output(program: OnnxProgram, convention: CallingConvention) -> tuple[Tensor, _Peaks]:
    """Return the output of a first small image, and the values that mean white.

    Whole numbers mean 0..255. Where only one side takes them, the range of the other is read off the output.

    Raises: ModelError when no image is taken.
    """
    errors: list[ModelError] = []
    for channels in (program.channels,) if program.channels else (3, 1):
        height, width = (side or _SIDE for side in program.size)
        ramp = torch.linspace(0.1, 0.9, width).expand(1, channels, height, width).contiguous()
        try:
            first = program(ramp * (255 if program.takes_bytes else 1), convention.output)
        except ModelError as error:
            errors.append(error)
            continue
        gives_bytes = not first.is_floating_point()
        bright = float(first.float().max()) > _DARK
        if program.takes_bytes:
            return first, _Peaks(255, 255 if gives_bytes or bright else 1)
        if gives_bytes:
            return first, _Peaks(1 if bright else 255, 255)
        return first, _Peaks(1, 1)
    raise errors[0]
