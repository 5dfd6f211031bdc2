"""The loaded chain: a model, and another one that works on its output.

The second model gets the output as it would be saved, clipped and rounded to 8 bits. So it makes no
difference whether the output has just been made or was stored before.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.images import Part, quantise
from iqabench.models.core.card import Card
from iqabench.models.core.chain import alone_message, chained_card, follows
from iqabench.models.core.mode import PLAIN, Mode, in_mode
from iqabench.models.core.model import Model, NetworkModel, Precision
from iqabench.models.core.output import image_in
from iqabench.models.core.signature import setting_values
from iqabench.models.sources.digest import joined
from iqabench.samples import Parts


class FollowingModel(NetworkModel):
    """A network that works on the output of another model."""

    @contextmanager
    def bare(self, mode: Mode = PLAIN) -> Iterator[Callable[[Tensor], Tensor]]:
        """Yield only the network; it gets the batch with each pixel repeated in place of another's output."""
        with in_mode(_OnRepeated(self), mode) as call:
            yield call

    def forward(self, batch: Tensor) -> Tensor:
        """Raise ModelError: it needs the output of another model."""
        del batch
        raise ModelError(alone_message(self.card, "carn_m"))


class ChainedModel(Model):
    """A model, and another one that works on its output.

    Its hash covers the weights and the versions of both.
    """

    def __init__(self, first: Model, second: FollowingModel) -> None:
        versions = (str(model.card.version) for model in (first, second))
        super().__init__(
            chained_card(first.card, second.card),
            joined(first.hash, second.hash, *versions),
            random_weights=first.random_weights or second.random_weights,
        )
        self.first, self.second = first, second
        self.notes = (*first.notes, *second.notes)
        self.convention = first.convention
        self.device = first.device
        if first.module is not None and second.module is not None:
            self.module = nn.ModuleList([first.module, second.module])
        if first.trainable is not None and second.trainable is not None:
            self.trainable = first.trainable + second.trainable

    def settings_of_first(self, settings: Mapping[str, float]) -> dict[str, float]:
        """Return those of the settings that are the first model's."""
        known = self.first.card.settings
        return {name: value for name, value in settings.items() if name in known}

    def settings_of_second(self, settings: Mapping[str, float]) -> dict[str, float]:
        """Return those of the settings that are the second model's."""
        known = self.second.card.settings
        return {name: value for name, value in settings.items() if name in known}

    def parts_for_second(self, parts: Parts, output: Part) -> dict[str, Part]:
        """Return the parts that the second model takes, the output of the first one as it would be saved.

        Where the input is not rounded, the output is not rounded either.
        """
        is_exact = parts["input"].dtype == np.float64
        rounded = output if is_exact else np.stack([quantise(frame) for frame in output])
        return {**parts, follows(self.second.card): rounded}

    def forward(self, batch: Tensor) -> Tensor:
        """Restore a batch with both models, at their usual settings; see `Model.forward`."""
        return self._second(batch, self.first.forward(batch))

    def _second(self, batch: Tensor, output: Tensor) -> Tensor:
        role = follows(self.second.card)
        parts = {"input": batch, role: (output + 0.5).floor().clamp(0, 255)}
        usual = setting_values(self.second.card.settings, (), self.second.card.id)
        outputs, _ = self.second.forward_parts(parts, usual)
        return outputs["output"]

    @contextmanager
    def bare(self, mode: Mode = PLAIN) -> Iterator[Callable[[Tensor], Tensor]]:
        """Yield both networks as one function, in the numeric range of the first; see `Model.bare`."""
        card = self.first.card
        unit = 255.0 if card.range == 1 else 1.0
        with self.first.bare(mode) as call:

            def both(batch: Tensor) -> Tensor:
                output = image_in(call(batch), card.output, card.id)
                return self._second(batch * unit, output * unit) / unit

            yield both

    def to(self, device: str, precision: Precision = "fp32") -> "ChainedModel":
        """Move both models to a device and a precision; see `Model.to`."""
        self.first = self.first.to(device, precision)
        self.second.to(str(self.first.device), precision)
        self.device, self.precision = self.first.device, precision
        return self


def first_of(model: Model) -> Model:
    """Return the model with which a chain begins; any other model itself."""
    return first_of(model.first) if isinstance(model, ChainedModel) else model


class _OnRepeated(nn.Module):
    """A network that works on outputs, called with an input only.

    Shapes: (N, C, H, W) to (N, C, s H, s W).
    """

    def __init__(self, model: FollowingModel) -> None:
        super().__init__()
        assert model.module is not None
        self.network: nn.Module = model.module
        self.role, self.scale = follows(model.card), model.card.whole_scale

    def forward(self, batch: Tensor) -> Tensor:
        """Return what the network makes of the input with each pixel repeated."""
        repeated = batch.repeat_interleave(self.scale, 2).repeat_interleave(self.scale, 3)
        corrected: Tensor = self.network(**{"input": batch, self.role: repeated})
        return corrected


def network_model(
    card: Card, module: nn.Module, weights_hash: str, *, random_weights: bool = False
) -> NetworkModel:
    """Return the loaded model of a network: one that follows another where the task of its card says so."""
    kind = FollowingModel if follows(card) else NetworkModel
    return kind(card, module, weights_hash, random_weights=random_weights)
