"""The model behind an id of a checkout, run once. The current folder must be the checkout."""

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.errors import IqabenchError, ModelError
from iqabench.probes import ProbedModel
from iqabench.run.natural_image import natural_batch

_LONG = 300
"""The number of characters of a message that are shown."""


def load_submission(model_id: int, shape: Sequence[int], notes: list[str]) -> ProbedModel:
    """Load the submission at that size of input, ready to be measured.

    Raises: ModelError when there is none under that id, or it gives no tensor; else whatever its code raises.
    """
    module, name, unit = _select(model_id)
    number, channels, height, width = shape
    batch = natural_batch((number, channels, height, width), 1) * unit
    with torch.inference_mode():  # some networks fold or drop parameters when they first run
        output = module(batch.clone())
    if not isinstance(output, Tensor):
        raise ModelError(f"it returned a {type(output).__name__}; expected a tensor")
    if not bool(torch.isfinite(output).all()):
        notes.append("its output on a natural image is not finite")
    return ProbedModel(name, module, batch, module, output.shape[-1] // batch.shape[-1])


def reason_of(error: BaseException) -> str:
    """Return the reason of an error in one line."""
    if isinstance(error, ModuleNotFoundError):
        return f"needs the Python module '{error.name}', which is not installed here"
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"needs the file {error.filename}, which is not there"
    message = " ".join(str(error).split())
    if len(message) > _LONG:  # compilers say what failed first, and why last
        message = f"{message[: _LONG // 2]} [...] {message[-_LONG // 2 :]}"
    return message if isinstance(error, IqabenchError) else f"{type(error).__name__}: {message}"


def _select(model_id: int) -> tuple[nn.Module, str, float]:
    """Return the model, its name and the upper end of its numeric range."""
    select: Callable[..., Any] = import_module("test_demo").select_model
    arguments = SimpleNamespace(
        model_id=model_id,
        model_dir="model_zoo",
        data_dir="",
        save_dir="",
        include_test=False,
        hybrid_test=False,
        ssim=False,
    )
    try:
        module, name, unit, *_ = select(arguments, torch.device("cpu"))
    except (UnboundLocalError, NotImplementedError) as error:
        raise ModelError(f"select_model has no model under this id: {error}") from error
    if not isinstance(module, nn.Module):
        raise ModelError(f"select_model returned a {type(module).__name__}; expected a module")
    if not (isinstance(unit, (int, float)) and math.isfinite(unit) and unit > 0):
        raise ModelError(f"select_model returned the data range {unit!r}; expected 1 or 255")
    for parameter in module.parameters():
        parameter.requires_grad = False
    return module.eval(), str(name).strip(), float(unit)
