"""The restoration of one sample by one model: parts and outputs are checked against the card."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.images import Part
from iqabench.models.core.card import Card
from iqabench.models.core.chained_model import ChainedModel
from iqabench.models.core.clip_memory import CHUNK, telling_memory
from iqabench.models.core.model import Model
from iqabench.models.core.restore import restore
from iqabench.models.core.signature import Signature
from iqabench.samples import Parts
from iqabench.tasks import task_named


@dataclass(frozen=True)
class RestoredParts:
    """The outputs of a model for one sample."""

    parts: dict[str, Part]
    """The outputs by role, (T, H, W, C): for uint8 as floats in units of 0..255, neither clipped nor rounded;
    for other depths in that depth."""
    tile: int = 0
    """The side of the tiles in input pixels; 0 is the whole image."""
    tile_note: str = ""
    """The reason for tiles that nobody asked for; empty without one."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """The costs of this sample by name: `heavy` as the network tells it, `macs` where a run counts them."""
    is_stored: bool = False
    """True where the output of a chain's first model was stored before, so that its time is not known."""


def restore_parts(
    model: Model, parts: Parts, tile: int = 0, settings: Mapping[str, float] | None = None
) -> RestoredParts:
    """Restore the parts of one sample.

    A model that takes one image restores a clip frame by frame.

    Raises: ModelError when a role is missing, when the model does not take such parts, and when it returns
        other roles, frames, sizes or depths than its card says.
    """
    if isinstance(model, ChainedModel):
        of_first = model.settings_of_first(settings or {})
        return restore_after(
            model, parts, restore_parts(model.first, parts, tile, of_first), settings
        )
    card = model.card
    for role, signature in card.takes.items():
        if role not in parts:
            raise ModelError(
                f"'{card.id}' takes a part '{role}'; the sample has {', '.join(parts)}."
            )
        _require_part(card.id, role, signature, parts)
    if card.is_plain:
        restored = [restore(model, frame, tile) for frame in parts["input"]]
        stacked = (
            restored[0].image[None] if len(restored) == 1 else np.stack([r.image for r in restored])
        )
        last = restored[-1]
        return RestoredParts({"output": stacked}, last.tile, last.tile_note)
    if tile:
        raise ModelError(
            f"'{card.id}' takes named parts, so it cannot run in tiles of {tile}; leave --tile out."
        )
    _require_size(model, parts)
    with torch.inference_mode(), telling_memory(card, parts, settings or {}):
        outputs = _forward(model, parts, dict(settings or {}))
    costs = {name: _mean(outputs.pop(name)) for name in _costs_in(model, outputs)}
    return RestoredParts(checked_parts(model, parts, _to_arrays(model, outputs)), costs=costs)


def restore_after(
    model: ChainedModel,
    parts: Parts,
    first: RestoredParts,
    settings: Mapping[str, float] | None = None,
) -> RestoredParts:
    """Return the output of a chain, from the output of its first model.

    Raises: ModelError as `restore_parts`.
    """
    given = model.parts_for_second(parts, first.parts["output"])
    of_second = model.settings_of_second(settings or {})
    return replace(first, parts=restore_parts(model.second, given, settings=of_second).parts)


def _costs_in(model: Model, outputs: Mapping[str, list[Tensor]]) -> list[str]:
    """Return the names of the numbers that a network tells beside its outputs, as its cost is per image."""
    if model.card.cost != "per image":
        return []
    return [
        name
        for name, tensors in outputs.items()
        if name not in model.card.gives and all(tensor.numel() == 1 for tensor in tensors)
    ]


def _mean(numbers: list[Tensor]) -> float:
    """Return the mean over the frames of a sample."""
    return float(torch.stack([number.double().flatten()[0] for number in numbers]).mean())


def _require_size(model: Model, parts: Parts) -> None:
    """Raise ModelError for an image below the least size of a model; only plain models have images padded."""
    card, first = model.card, parts[next(iter(model.card.takes))]
    height, width = first.shape[1:3]
    if min(height, width) < card.min_size:
        raise ModelError(
            f"'{card.id}' needs at least {card.min_size} pixels a side; the sample is {width}x{height}."
        )


def _require_part(name: str, role: str, signature: Signature, parts: Parts) -> None:
    part = parts[role]
    depth = "uint8" if part.dtype == np.float64 else part.dtype.name  # float64: not rounded yet
    if depth != signature.depth:
        raise ModelError(
            f"'{name}' takes a part '{role}' of the depth {signature.depth}; the sample's is {part.dtype}."
            f"{_depth_hint(signature, depth)}"
        )
    if isinstance(signature.frames, int) and len(part) != signature.frames:
        frames = f"{signature.frames} {'frame' if signature.frames == 1 else 'frames'}"
        raise ModelError(
            f"'{name}' takes a part '{role}' of {frames}; the sample's has {len(part)}."
        )
    if min(part.shape[1:3]) < signature.least_side:
        raise ModelError(
            f"'{name}' takes a part '{role}' of at least {signature.least_side} pixels a side; the sample's "
            f"is {part.shape[2]}x{part.shape[1]}. Choose a larger image; nothing is resized."
        )
    if len(part) < signature.needed:
        raise ModelError(
            f"'{name}' needs several frames at once: clips of at least {signature.needed} frames; "
            f"the {role} of this sample has {len(part)}. Choose a longer clip, or a model of single images."
        )
    if signature.bands is not None and part.shape[3] != signature.bands:
        raise ModelError(
            f"'{name}' takes a part '{role}' of {signature.bands} bands; the sample's has {part.shape[3]}. "
            "Choose a model of the same sensor."
        )
    ratio, first = signature.ratio, parts.get("input", part)
    expected = tuple(Fraction(side) * (ratio or 1) for side in first.shape[1:3])
    if ratio and part.shape[1:3] != expected:
        raise ModelError(
            f"'{name}' takes a part '{role}' of {expected[1]}x{expected[0]}, {ratio} times the size of the "
            f"input; the sample's is {part.shape[2]}x{part.shape[1]}."
        )


def _depth_hint(signature: Signature, depth: str) -> str:
    """Return what to do about a part of 8 bits where more are taken; empty for other depths."""
    if (depth, signature.depth) != ("uint8", "uint16"):
        return ""
    peak = f" with values up to {signature.peak:g}" if signature.peak else ""
    return f" Give it the sensor's own values in files of 16 bits{peak}, not an image stretched to 8 bits."


def _forward(model: Model, parts: Parts, settings: dict[str, float]) -> dict[str, list[Tensor]]:
    """Return the outputs by role as batches (T, C, H, W), in the order of their frames."""
    if all(signature.frames == "each" for signature in model.card.takes.values()):
        return _by_frame(model, parts, settings)
    chunk = int(settings.pop(CHUNK, 0))
    length = max(len(parts[role]) for role in model.card.takes)
    outputs: dict[str, list[Tensor]] = {}
    for start in range(0, length, chunk or length):
        end = min(start + chunk, length) if chunk else length
        pieces = {r: parts[r][start:end] if chunk else parts[r] for r in model.card.takes}
        tensors = {role: _tensor(model, role, piece) for role, piece in pieces.items()}
        results, _ = model.forward_parts(tensors, settings)
        for role, tensor in results.items():
            outputs.setdefault(role, []).append(tensor.cpu())
    return outputs


def _by_frame(model: Model, parts: Parts, settings: dict[str, float]) -> dict[str, list[Tensor]]:
    """Return the outputs of a model that restores one frame after the other; its state begins anew here."""
    takes = model.card.takes
    outputs: dict[str, list[Tensor]] = {}
    state: object = None
    for frame in range(max(len(parts[role]) for role in takes)):
        tensors = {}
        for role, signature in takes.items():
            length = len(parts[role])
            window = signature.window(min(frame, length - 1), length)
            tensors[role] = _tensor(model, role, parts[role][window])
        results, state = model.forward_parts(tensors, settings, state)
        for role, tensor in results.items():
            outputs.setdefault(role, []).append(tensor.cpu())
    return outputs


def _tensor(model: Model, role: str, part: Part) -> Tensor:
    """Return frames as a batch (T, C, H, W) on the model's device; masks as the card says."""
    card = model.card
    if role in task_named(card.task).binary:
        part = 255 - part if card.takes[role].white == "outside" else part
    elif part.shape[3] == 1 and card.channels == "rgb" and part.dtype == np.uint8:
        part = np.repeat(part, 3, axis=3)
    planes = np.ascontiguousarray(part.transpose(0, 3, 1, 2))
    if planes.dtype in (np.uint8, np.uint16):
        planes = planes.astype(np.float32)
    return torch.from_numpy(planes).to(model.device)


def _to_arrays(model: Model, outputs: dict[str, list[Tensor]]) -> dict[str, Part]:
    """Return the outputs as arrays (T, H, W, C).

    Raises: ModelError when one has another shape.
    """
    arrays: dict[str, Part] = {}
    for role, batches in outputs.items():
        if any(batch.ndim != 4 for batch in batches):
            raise ModelError(
                f"'{model.card.id}' returned {role} of the shape {tuple(batches[0].shape)}; expected "
                "(T, C, H, W)."
            )
        arrays[role] = torch.cat(batches).permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return arrays


def checked_parts(model: Model, parts: Parts, outputs: Mapping[str, Part]) -> dict[str, Part]:
    """Return the outputs that a model made of the parts of a sample, those of 16 bits rounded.

    Raises: ModelError when their roles, frames, sizes or depths differ from the card.
    """
    card = model.card
    if set(outputs) != set(card.gives):
        raise ModelError(
            f"'{card.id}' returned {', '.join(sorted(outputs)) or 'nothing'}; its card says "
            f"{', '.join(sorted(card.gives))}."
        )
    first = parts[next(iter(card.takes))]
    length = max(len(parts[role]) for role in card.takes)
    checked: dict[str, Part] = {}
    for role, signature in card.gives.items():
        array = outputs[role]
        expected = _frames_of(signature, length)
        if len(array) != expected:
            raise ModelError(_wrong_frames(card, role, len(array), expected))
        _require_depth(card.id, role, signature, array)
        ratio = signature.ratio or (Fraction(card.scale) if role == "output" else None)
        size = (
            tuple(Fraction(side) * ratio for side in first.shape[1:3])
            if ratio
            else array.shape[1:3]
        )
        if array.shape[1:3] != size:
            raise ModelError(
                f"'{card.id}' returned {role} of {array.shape[2]}x{array.shape[1]} for "
                f"{first.shape[2]}x{first.shape[1]}; expected {size[1]}x{size[0]} (x{ratio})."
            )
        checked[role] = _rounded(array) if signature.depth == "uint16" else array
    return checked


def _wrong_frames(card: Card, role: str, frames: int, expected: int) -> str:
    """Return the message about an output with another number of frames than it should have."""
    if card.loader != "outputs":
        return f"'{card.id}' returned {frames} frames of {role}; its card says {expected}."
    return (
        f"'{card.id}' has {frames} frames of {role}; expected {expected}. Frames of different moments are "
        "never compared: add the missing frames, or take the others away."
    )


def _frames_of(signature: Signature, length: int) -> int:
    """Return the number of frames of an output, from that of the input."""
    if signature.frames == "doubled":
        return 2 * length - 1
    return signature.frames if isinstance(signature.frames, int) else length


def _rounded(array: Part) -> Part:
    """Return pixels of 16 bits, rounded half up."""
    return np.clip(np.floor(array + 0.5), 0, 65535).astype(np.uint16)


def _require_depth(name: str, role: str, signature: Signature, array: Part) -> None:
    if np.iscomplexobj(array) != (signature.depth == "complex64"):
        raise ModelError(
            f"'{name}' returned {role} of {array.dtype}; its card says {signature.depth}."
        )
    bad = int(array.size - np.isfinite(array).sum())
    if bad:
        raise ModelError(
            f"'{name}' returned NaN or infinite values in {bad} of {array.size} places of {role}."
        )
