"""One model of a public checkout, measured in a process of its own: python -m ... REQUEST ANSWER.

The current folder is the checkout, and what runs here is its code: see `iqabench.run.submissions`.
"""

import json
import math
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.errors import IqabenchError, ModelError
from iqabench.probes import Probed, cost_column
from iqabench.run.profile.natural import natural_batch
from iqabench.run.submission_loading import loading

Answer = dict[str, Any]


def main(asked: Path, answer: Path) -> None:
    """Read what is asked, measure, write what came of it."""
    request = json.loads(asked.read_text())
    sys.path.insert(0, str(Path.cwd()))
    sys.path += request["stand_ins"]
    notes: list[str] = []
    found: Answer
    with loading(notes):
        try:
            found = _measured(request, notes)
        except Exception as error:  # noqa: BLE001 - it is anybody's code: the reason is told
            found = {"error": reason_of(error)}
    found["notes"] = {"": notes + _taken(request["stand_ins"]), **found.get("notes", {})}
    answer.write_text(json.dumps(found))


def _measured(request: Answer, notes: list[str]) -> Answer:
    module, name, unit = _selected(request["model_id"])
    batch = natural_batch(tuple(request["shape"]), 1) * unit
    with torch.inference_mode():  # some networks fold or drop parameters when they first run
        output = module(batch.clone())
    if not isinstance(output, Tensor):
        raise ModelError(f"it returned a {type(output).__name__}; expected a tensor")
    if not bool(torch.isfinite(output).all()):
        notes.append("its output on a natural image is not finite")
    scale = output.shape[-1] // batch.shape[-1]
    seen = Probed(name, module, batch, module, scale)
    found: Answer = {"name": name, "values": {}, "reasons": {}, "notes": {}, "details": {}}
    for column in request["columns"]:
        _add(found, column, seen)
    return found


def _selected(model_id: int) -> tuple[nn.Module, str, float]:
    """The model, its name and the upper end of its numeric range.

    Raises: ModelError when there is none under that id.
    """
    select: Callable[..., Any] = import_module("test_demo").select_model
    asked = SimpleNamespace(
        model_id=model_id, model_dir="model_zoo", data_dir="", save_dir="", include_test=False,
        hybrid_test=False, ssim=False,
    )  # fmt: skip
    try:
        module, name, unit, *_ = select(asked, torch.device("cpu"))
    except (UnboundLocalError, NotImplementedError) as error:
        raise ModelError(f"select_model has no model under this id: {error}") from error
    if not isinstance(module, nn.Module):
        raise ModelError(f"select_model returned a {type(module).__name__}; expected a module")
    if not (isinstance(unit, (int, float)) and math.isfinite(unit) and unit > 0):
        raise ModelError(f"select_model returned the data range {unit!r}; expected 1 or 255")
    for parameter in module.parameters():
        parameter.requires_grad = False
    return module.eval(), str(name).strip(), float(unit)


def _add(found: Answer, column: str, seen: Probed) -> None:
    try:
        one = cost_column(column)(seen)
    except IqabenchError as reason:
        found["reasons"][column] = str(reason)
        return
    except Exception as error:  # noqa: BLE001 - here too
        found["reasons"][column] = reason_of(error)
        return
    found["values"][column] = one.value
    found["notes"][column] = one.details.get("notes", [])
    found["details"][column] = one.details


def reason_of(error: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(error, ModuleNotFoundError):
        return f"needs the Python module '{error.name}', which is not installed here"
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"needs the file {error.filename}, which is not there"
    said = " ".join(str(error).split())[:300]
    return said if isinstance(error, IqabenchError) else f"{type(error).__name__}: {said}"


def _taken(folders: list[str]) -> list[str]:
    """Packages that came from the stand-ins."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    names = {
        name.partition(".")[0]
        for name, file in files.items()
        if file and any(Path(file).is_relative_to(folder) for folder in folders)
    }
    return [f"stand-ins were taken for: {', '.join(sorted(names))}"] if names else []


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
