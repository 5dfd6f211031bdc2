"""The reading of weights from files; code inside a pickle is never run."""

import pickle
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from iqabench.errors import WeightsError
from iqabench.models.core.checkpoint import StateDictionary, state_dictionaries
from iqabench.models.core.file_kind import pickled_classes, wrong_kind
from iqabench.models.loaders.matconvnet import is_matlab, read_simplenn
from iqabench.models.loaders.tensorflow_checkpoint import data_beside, is_index, read_checkpoint
from iqabench.models.loaders.tensorflow_graph import is_graph, read_graph

_HARMLESS = ("torch", "collections", "__builtin__")
"""The modules whose classes every whole network has in its pickle."""


def read_state(path: Path, name: str = "") -> dict[str, Tensor]:
    """Return the likeliest tensors of a file by name; see `read_states`."""
    return read_states(path, name)[0].tensors


def read_states(path: Path, name: str = "", others: Sequence[Path] = ()) -> list[StateDictionary]:
    """Return the state dictionaries of a file, the likeliest first.

    The file is one of torch, .safetensors, MatConvNet or TensorFlow 1. `others` are further files: for the
    data of a TensorFlow checkpoint, its index, else files with other parts of the network, whose tensors are
    added. The tensors of MatConvNet have numbers for names (`read_simplenn`); those of TensorFlow keep their
    names and their order of dimensions.

    Raises: WeightsError for a file that is damaged or of another kind, has Python objects or has no tensors,
        and for two files that have a tensor of the same name.
    """
    name = name or str(path)
    if is_index(path) or any(is_index(other) for other in others):
        return [StateDictionary(_read_checkpoint([path, *others], name))]
    if others:
        return [StateDictionary(_joined([path, *others], name))]
    if is_graph(path):
        return [StateDictionary(read_graph(path, name))]
    if is_matlab(path):
        return [StateDictionary(read_simplenn(path, name))]
    if _is_safetensors(path):
        return state_dictionaries(_read_safetensors(path, name), name)
    kind = wrong_kind(path)
    if kind:
        raise WeightsError(f"{name} is {kind}.")
    return state_dictionaries(_read_torch(path, name), name)


def _joined(files: Sequence[Path], name: str) -> dict[str, Tensor]:
    """Return the tensors of several files together."""
    tensors: dict[str, Tensor] = {}
    for path in files:
        more = read_state(path, name if path == files[0] else "")
        doubled = sorted(set(tensors) & set(more))
        if doubled:
            raise WeightsError(
                f"{path}, which belongs to {name}, repeats {len(doubled)} of its tensors "
                f"({doubled[0]} ...). Expected files with different parts of the network: hand over each "
                "under its own name."
            )
        tensors |= more
    return tensors


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


def _read_checkpoint(files: Sequence[Path], name: str) -> dict[str, Tensor]:
    """Read a TensorFlow checkpoint from its files, or from the index and the data beside it."""
    index = next((path for path in files if is_index(path)), None)
    if index is None:
        raise WeightsError(
            f"{name} needs the index of a TensorFlow checkpoint, and no file is one."
        )
    data = [path for path in files if path != index]
    return read_checkpoint(index, data or data_beside(index, name), name)


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


def _objects(path: Path) -> str:
    """Return the Python objects in a torch file in words, by the names of their classes."""
    classes = pickled_classes(path)
    others = [one for one in classes if one.partition(".")[0] not in _HARMLESS]
    named = f" ({', '.join(others[:3])})" if others else ""
    if any(one.startswith("torch.nn.modules") for one in classes):
        return f"a whole network as Python objects{named}, not only its weights"
    return f"Python objects besides tensors{named}"


def _read_torch(path: Path, name: str) -> Any:
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings of pickle protocols; errors are raised
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if not pickled_classes(path):
            raise WeightsError(f"{name} is damaged or not a torch file: {error}.") from error
        raise WeightsError(
            f"{name} holds {_objects(path)}; loading it could run any code, so it is refused. Ask its "
            "authors for a state dictionary (torch.save(model.state_dict(), ...)) or a .safetensors file."
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
