"""The check of a brought model's own scale of values, before any image is scored.

A network of 0..255 that is called in 0..1 returns an image that looks like one, and a figure that is wrong
by decibels. So the model restores one photograph first. It is refused only in the clear cases: its output is
the photograph in values 255 times too large or small or in -1..1, or it is no image in any exposure while the
same network called in another range is right. Where another range is only better by some decibels, a note
says so, and the model is scored: its figure is right for a network that is bad. Variants that `compress`
wrote are not tried, and what fails here is left to the images, whose records have the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.images import Image
from iqabench.images.imresize import imresize
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import FAMILIES
from iqabench.models.core.model import Model
from iqabench.models.core.size_hint import size_hint
from iqabench.run.natural_image import natural_batch

_SIDES = ((49, 51), (48, 48))
"""The sizes of the input, height and width: odd ones first, on which some networks fail."""
_PLAIN = "as called"
_SIGNED = "in -1..1"
_OTHER = "other range"
"""The ways of calling a model: in the range on its card, in -1..1, and in the other range of a card."""
_MARGIN_DB = 0.5
"""The loss against interpolation from which on another range is tried, in decibels."""
_GAIN_DB = 1.0
"""The gain of another range from which on a note names it, in decibels."""
_IMAGE_DB = 20.0
"""The least quality of an output that is the photograph, in decibels."""
_GOOD_DB = 30.0
"""The quality of another range that counts as right for a model that keeps the size, in decibels."""
_CLEAR_DB = 10.0
"""The gain of another range, or of reading the output in another one, by which the present one is refused."""


@dataclass(frozen=True)
class _PhotographTrial:
    """A photograph as the model gets it, as it should return it, and as interpolation returns it."""

    input_image: Image
    target: Image
    bound_db: float
    """The quality of interpolation; for a model that keeps the size, the least quality of an image."""
    goal_db: float
    """The quality from which on a way of calling the model counts as right."""


def check_value_scale(model: Model, *, declared: bool) -> None:
    """Check that a model returns an image in the range of its input; note another range that seems better.

    Sizes that it does not take are noted, too. A range that the user `declared`, or wrote on the card,
    is doubted only in the clear cases.

    Raises: ModelError with the range that the network has.
    """
    card = model.card
    if not isinstance(card.scale, int) or not card.is_plain or card.variant is not None:
        return
    is_on_card = _has_own_card(card) and "range" in card.model_fields_set
    devices = [model.device] if model.device.type == "cuda" else []
    with torch.random.fork_rng(devices):  # random numbers of the network are as without the trial
        _try_sizes(model, declared=declared or is_on_card)


def _has_own_card(card: Card) -> bool:
    """Return whether the user wrote the card; that of a recognised file is of a family of this package."""
    return card.folder not in (Path(), *FAMILIES.glob("*"))


def _try_sizes(model: Model, *, declared: bool) -> None:
    for place, (height, width) in enumerate(_sizes(model)):
        trial = _trial(model, height, width)
        try:
            output = _called(model, trial.input_image, _PLAIN)
        except Exception:  # noqa: BLE001 - the code is the user's; images that fail are told with the reason
            hint = "" if place else size_hint(model, height, width)
            if hint:
                model.notes += (f"{model.card.id} does not take images of {width}x{height}.{hint}",)
            continue
        if output.shape == trial.target.shape and np.isfinite(output).all():
            _judge(model, trial, output, declared=declared)
        return


def _sizes(model: Model) -> list[tuple[int, int]]:
    """Return heights and widths that the model takes by its card."""
    card = model.card
    return [
        (
            -(-max(height, card.min_size) // card.size_multiple) * card.size_multiple,
            -(-max(width, card.min_size) // card.size_multiple) * card.size_multiple,
        )
        for height, width in _SIDES
    ]


def _trial(model: Model, height: int, width: int) -> _PhotographTrial:
    scale, planes = model.card.whole_scale, model.card.planes
    shape = (1, planes, scale * height, scale * width)
    target = natural_batch(shape, 255)[0].permute(1, 2, 0).numpy().astype(np.float64)
    if scale == 1:
        return _PhotographTrial(target, target, _IMAGE_DB, _GOOD_DB)
    small = np.clip(np.floor(imresize(target, 1 / scale) + 0.5), 0, 255)
    bound = _quality(imresize(small, float(scale)), target)
    return _PhotographTrial(small, target, bound - _MARGIN_DB, bound)


def _called(model: Model, image: Image, way: str) -> NDArray[np.float64]:
    """Return the output for an image in units of 0..255, with the network called in a certain range."""
    batch = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))[None]).float()
    into, out = _WAYS[way] if way in _WAYS else _other_range(model)
    with torch.inference_mode():
        output = out(model.forward(into(batch.to(model.device))))
    pixels: NDArray[np.float64] = output[0].permute(1, 2, 0).double().cpu().numpy()
    return pixels


_Change = Callable[[Tensor], Tensor]
_WAYS: dict[str, tuple[_Change, _Change]] = {
    _PLAIN: (lambda x: x, lambda y: y),
    _SIGNED: (lambda x: 2 * x - 255, lambda y: (y + 255) / 2),
}
"""The changes of input and output by which a model is called in another range than its card says."""


def _other_range(model: Model) -> tuple[_Change, _Change]:
    factor = 255.0 if model.card.range == 1 else 1 / 255.0
    return lambda x: x * factor, lambda y: y / factor


def _judge(
    model: Model, trial: _PhotographTrial, output: NDArray[np.float64], *, declared: bool
) -> None:
    quality = _quality(output, trial.target)
    if quality >= trial.bound_db:
        return
    fault = _brightness_fault(model, output, trial.target)
    card = model.card
    other = 255 if card.range == 1 else 1
    on_card = f", or write range: {other} on its card" if _has_own_card(card) else ""
    advices = {
        _OTHER: f"try --range {other}{on_card}",
        _SIGNED: "it seems to work in -1..1: let its factory return (network(2 * x - 1) + 1) / 2",
    }
    better, way = max((_quality_if_possible(model, trial, way), way) for way in advices)
    is_right = better >= trial.goal_db and better >= quality + _GAIN_DB
    if fault:
        advice = advices[way] if is_right else "let it return values in the range of its input"
        raise ModelError(f"{fault}; {advice}.")
    if not is_right:
        return
    stated = (
        f"{card.id} restores a photograph with {quality:.1f} dB when it gets values in 0..{card.range}, and "
        f"with {better:.1f} dB in another range"
    )
    keep = "" if declared else f"; --range {card.range} keeps it as it is"
    # An output that is the same everywhere is of a dead network, whose biases another range may hide.
    if output.std() and better >= _quality_of_exposed(output, trial.target) + _CLEAR_DB:
        raise ModelError(f"{stated}; {advices[way]}{keep}.")
    if not declared:
        silent = f"--range {card.range} silences this note"
        model.notes += (f"{stated}. If its figures are too low, {advices[way]}; {silent}.",)


def _brightness_fault(model: Model, output: NDArray[np.float64], target: Image) -> str:
    """Return a clause about an output that is the photograph in another range; empty for any other."""
    readings = {"bright": output / 255, "dark": output * 255, "signed": (output + 255) / 2}
    best, kind = max((_quality(image, target), kind) for kind, image in readings.items())
    if best < max(_IMAGE_DB, _quality_of_exposed(output, target, gain=False) + _CLEAR_DB):
        return ""
    unit = 255.0 / model.card.range
    low, high = output.min() / unit, output.max() / unit
    told = f"for an input in 0..{model.card.range}"
    ratio = float(output.std() / np.std(target))
    if kind == "bright":
        return f"{model.card.id} returns values up to {high:.3g} {told}, some {ratio:.0f} times too bright"
    if kind == "dark":
        return f"{model.card.id} returns values up to {high:.2g} {told}, some {1 / ratio:.0f} times too dark"
    return f"{model.card.id} returns values from {low:.2g} to {high:.2g} {told}, as networks of -1..1 do"


def _quality_of_exposed(output: NDArray[np.float64], target: Image, *, gain: bool = True) -> float:
    """Return the quality of an output after the best change of brightness, and of contrast with `gain`."""
    centred, expected = output - output.mean(), target - np.mean(target)
    power = float(np.mean(centred**2))
    factor = float(np.mean(centred * expected)) / power if gain and power else 1.0
    return _quality(factor * centred + np.mean(target), target)


def _quality_if_possible(model: Model, trial: _PhotographTrial, way: str) -> float:
    """Return the quality of another way of calling the model; -inf when it fails."""
    try:
        output = _called(model, trial.input_image, way)
    except Exception:  # noqa: BLE001 - the code is the user's, and this way is only tried
        return -np.inf
    return _quality(output, trial.target)


def _quality(output: NDArray[np.floating], target: Image) -> float:
    """Return the PSNR of an output in decibels; -inf for NaN and infinite values."""
    error = float(np.mean((np.clip(output, 0, 255) - target) ** 2))
    if not np.isfinite(error):
        return -np.inf
    return float(10 * np.log10(255**2 / max(error, 1e-10)))
