"""An ONNX file as a function of batches (N, C, H, W): its layout, its type of numbers and its sizes are
served.
"""

import importlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.models.core.fixed_size import Size
from iqabench.models.core.output import image_in

_TYPES: dict[str, torch.dtype] = {
    "tensor(float)": torch.float32,
    "tensor(float16)": torch.float16,
    "tensor(double)": torch.float64,
    "tensor(uint8)": torch.uint8,
}
_SILENT = 4
"""The level of onnxruntime's log at which only the end of the process is told: its errors are raised."""

_AT_NODE = re.compile(r"running (\w+) node\. Name:'([^']*)' Status Message: (.*)")
_IN_SOURCE = re.compile(r"^/\S+:\d+ .*?\) ")


class OnnxProgram:
    """A session of onnxruntime with one image as input."""

    def __init__(self, session: Any, name: str) -> None:
        inputs = session.get_inputs()
        if len(inputs) != 1:
            listed = ", ".join(f"{i.name} {i.shape}" for i in inputs)
            raise ModelError(f"{name} has {len(inputs)} inputs ({listed}); expected one image.")
        (given,) = inputs
        self.session, self.name, self.input_name = session, name, given.name
        self.outputs = [output.name for output in session.get_outputs()]
        kind = _TYPES.get(given.type)
        if kind is None or len(given.shape) != 4:
            raise ModelError(
                f"{name} takes {given.type.removeprefix('tensor')} of the shape {given.shape}; expected a "
                "batch of images of four dimensions, of float, float16, double or uint8."
            )
        self.dtype = kind
        """The type of the numbers that it takes."""
        sides = [side if isinstance(side, int) and side > 0 else None for side in given.shape]
        self.channels_last = sides[3] in (1, 3) and sides[1] not in (1, 3)
        """True when it takes (N, H, W, C)."""
        self.number = sides[0] or 1
        """The number of images that it takes at once."""
        self.size: Size = (sides[1], sides[2]) if self.channels_last else (sides[2], sides[3])
        """The height and the width that it takes; None for any."""
        self.channels = sides[3] if self.channels_last else sides[1]

    @property
    def takes_bytes(self) -> bool:
        """True when it takes whole numbers from 0 to 255."""
        return self.dtype == torch.uint8

    def __call__(self, batch: Tensor, output: str = "") -> Tensor:
        """Return the output for a batch (N, C, H, W) in the program's own range.

        `output` chooses among several outputs.

        Raises: ModelError when the program fails.
        """
        self._require_size(batch)
        results = [self._run(part) for part in torch.split(batch.cpu(), self.number)]
        if len(self.outputs) > 1:
            named = [dict(zip(self.outputs, result, strict=True)) for result in results]
            places = output.isdigit() and int(output) < len(self.outputs)
            choice = self.outputs[int(output)] if places else output
            images = [image_in(result, choice, self.name) for result in named]
        else:
            images = [image_in(result[0], output, self.name) for result in results]
        image = torch.cat(images)[: len(batch)]
        return (
            image.permute(0, 3, 1, 2).contiguous()
            if self.channels_last and image.ndim == 4
            else image
        )

    def _require_size(self, batch: Tensor) -> None:
        given = tuple(batch.shape[2:])
        wanted = tuple(side or other for side, other in zip(self.size, given, strict=True))
        if given != wanted:
            raise ModelError(
                f"{self.name} takes only images of {wanted[1]}x{wanted[0]}, not {given[1]}x{given[0]}. "
                f"Costs are measured there with --input {batch.shape[1]}x{wanted[0]}x{wanted[1]}."
            )

    def _run(self, batch: Tensor) -> list[Tensor]:
        missing = self.number - len(batch)
        if missing:
            batch = torch.cat([batch, batch[-1:].expand(missing, -1, -1, -1)])
        if self.channels_last:
            batch = batch.permute(0, 2, 3, 1)
        if self.takes_bytes:
            batch = torch.floor(batch + 0.5).clamp(0, 255)
        array = np.ascontiguousarray(batch.to(self.dtype).numpy())
        try:
            outputs: Sequence[Any] = self.session.run(None, {self.input_name: array})
        except (
            Exception
        ) as error:  # onnxruntime has errors of its own kinds, without a common parent
            raise ModelError(f"{self.name} failed in onnxruntime: {first_line(error)}") from error
        return [torch.from_numpy(np.asarray(array)) for array in outputs]


def open_program(path: Path) -> OnnxProgram:
    """Open an ONNX file on the devices that onnxruntime has.

    Raises: ModelError when onnxruntime is not installed, or the file is damaged or of another kind.
    """
    try:
        options = session_options()
    except ImportError as error:
        raise ModelError(
            f"{path} needs onnxruntime, which is not installed for {sys.executable}. "
            "Install it with: pip install 'iqabench[onnx]'"
        ) from error
    try:
        session = new_session(str(path), options)
    except Exception as error:
        raise ModelError(f"{path} cannot be loaded: {_reason(path, error)}") from error
    return OnnxProgram(session, str(path))


def session_options() -> Any:
    """Return options of a session that is silent and computes with as many threads as torch.

    Memory is given back after each call, so that the memory of a call can be measured; that costs no time.

    Raises: ImportError without onnxruntime.
    """
    onnxruntime: Any = importlib.import_module("onnxruntime")  # optional, and slow
    onnxruntime.set_default_logger_severity(_SILENT)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _SILENT
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = torch.get_num_threads()
    return options


def new_session(model: str | bytes, options: Any) -> Any:
    """Return a session for a file, or for the bytes of one."""
    onnxruntime: Any = importlib.import_module("onnxruntime")
    return onnxruntime.InferenceSession(
        model, options, providers=onnxruntime.get_available_providers()
    )


def first_line(error: Exception) -> str:
    """Return the first line of an error of onnxruntime: the node and its reason, not the source."""
    line = (str(error).splitlines() or [type(error).__name__])[0]
    if at_node := _AT_NODE.search(line):
        kind, node, reason = at_node.groups()
        return f"{kind} '{node}': {_IN_SOURCE.sub('', reason).rstrip('. ')}."
    return f"{line.rpartition(' : ')[2].rstrip('. ')}."


def _reason(path: Path, error: Exception) -> str:
    text = str(error)
    if "xternal" in text and (
        "file_size" in text or "does not exist" in text or "No such file" in text
    ):
        return (
            f"weights that it keeps in another file are missing. Put that file into {path.parent}, beside "
            f"the model, under the name that it was exported with ({first_line(error)})"
        )
    return first_line(error)
