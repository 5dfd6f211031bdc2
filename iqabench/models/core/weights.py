"""The reading of weights from files; code inside a pickle is never run."""

import pickle
import warnings
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from iqabench.errors import WeightsError
from iqabench.models.loaders.matconvnet import is_matlab, read_simplenn

_WRAPPERS = ("params_ema", "params", "state_dict", "model_state_dict", "net", "model")


def read_state(path: Path, name: str = "") -> dict[str, Tensor]:
    """Return the tensors of a .safetensors, torch or MatConvNet file by name; see `unwrap`.

    The tensors of MatConvNet have numbers for names (`read_simplenn`).

    Raises: WeightsError for a file that is damaged, that holds Python objects, or that holds no tensors.
    """
    name = name or str(path)
    if is_matlab(path):
        return read_simplenn(path, name)
    content = _read_safetensors(path, name) if _is_safetensors(path) else _read_torch(path, name)
    return unwrap(content, name)


def unwrap(content: Any, name: str) -> dict[str, Tensor]:
    """Return the state dictionary inside a checkpoint.

    It may lie under `params_ema`, `params`, `state_dict`, `model_state_dict`, `net` or `model`; the prefix
    `module.` of all names is removed.

    Raises: WeightsError when there is none.
    """
    if isinstance(content, dict):
        for key in _WRAPPERS:
            if isinstance(content.get(key), dict):
                content = content[key]
                break
    tensors = (
        isinstance(content, dict)
        and content
        and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in content.items())
    )
    if not tensors:
        raise WeightsError(f"{name} holds no state dictionary; expected names with tensors.")
    if all(key.startswith("module.") for key in content):
        return {key.removeprefix("module."): value for key, value in content.items()}
    return dict(content)


def load_strictly(module: nn.Module, state: dict[str, Tensor], name: str) -> None:
    """Load `state` into `module`; every name and shape must agree.

    Raises: WeightsError with the names that are missing, not expected or of another shape.
    """
    expected = module.state_dict()
    missing = sorted(set(expected) - set(state))
    extra = sorted(set(state) - set(expected))
    shapes = [
        f"{k} {tuple(state[k].shape)} instead of {tuple(expected[k].shape)}"
        for k in sorted(set(expected) & set(state))
        if state[k].shape != expected[k].shape
    ]
    if missing or extra or shapes:
        differences = [
            _list_first("missing", missing),
            _list_first("not expected", extra),
            _list_first("of another shape", shapes),
        ]
        raise WeightsError(
            f"these weights are of another architecture than {name}: "
            + "; ".join(text for text in differences if text)
            + "."
        )
    module.load_state_dict(state, strict=True)


def _list_first(what: str, names: list[str]) -> str:
    """Return the number of names and the first three of them; empty without names."""
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{len(names)} {what} ({', '.join(names[:3])}{more})"


def _is_safetensors(path: Path) -> bool:
    """Return whether a file begins with a length in eight bytes and a JSON object."""
    with path.open("rb") as file:  # files in the cache have no suffix
        start = file.read(9)
    return (
        len(start) == 9 and start[8:9] == b"{" and int.from_bytes(start[:8], "little") < 100_000_000
    )


def _read_safetensors(path: Path, name: str) -> dict[str, Tensor]:
    try:
        return safetensors.torch.load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{name} is damaged: {error}.") from error


def _read_torch(path: Path, name: str) -> Any:
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings of pickle protocols; errors are raised
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "weights_only" not in str(error) and "Unsupported" not in str(error):
            raise WeightsError(f"{name} is damaged or not a torch file: {error}.") from error
        raise WeightsError(
            f"{name} holds Python objects besides tensors; loading it could run any code, so it is refused. "
            "Ask its authors for a state dictionary (torch.save(model.state_dict(), ...)) or a "
            ".safetensors file."
        ) from error
    except (
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        IndexError,
        AssertionError,
    ) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"{name} is damaged or not a torch file: {reason}.") from error
