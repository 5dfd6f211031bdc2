"""The loaded model: a card with a network or another implementation."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

import torch
from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.convention import CallingConvention
from iqabench.models.core.fixed_size import Size
from iqabench.models.core.mode import PLAIN, Mode, in_mode
from iqabench.models.core.output import image_in
from iqabench.models.core.signature import Signature
from iqabench.models.layers.multiscale import AtScale
from iqabench.models.layers.parameters import trained_parameters
from iqabench.models.loaders.onnx_graph import OnnxGraph

Precision = Literal["fp32", "tf32", "bf16", "fp16"]
"""The arithmetic of a network."""

_LOW: dict[Precision, torch.dtype] = {"bf16": torch.bfloat16, "fp16": torch.float16}
"""The precisions below 32 bits, in which torch's autocast computes convolutions and products."""


class Model(ABC):
    """A model that is ready to run on one device in one precision.

    `hash` identifies its weights: the SHA-256 of the file, or a word for models without weights. For a model
    that the user brings it also covers the code and the data that make it (`models.sources`).
    """

    def __init__(self, card: Card, weights_hash: str, *, random_weights: bool = False) -> None:
        self.card = card
        self.hash = weights_hash
        self.random_weights = random_weights
        self.device = torch.device("cpu")
        self.precision: Precision = "fp32"
        self.module: nn.Module | None = None
        """The network; None for models that are not torch modules."""
        self.trainable: int | None = None
        """The number of trainable parameters; None when it is unknown."""
        self.notes: tuple[str, ...] = ()
        """The choices that were made when it was loaded, for the user to know."""
        self.fixed_size: Size | None = None
        """The height and the width of all images that it takes, where it takes only one size."""
        self.graph: OnnxGraph | None = None
        """The graph in which operators and weights can be counted, for a model that is no torch module."""
        self.convention = ""
        """The difference between the calling convention that the user declared and the one that was found."""

    def call_by(self, convention: CallingConvention) -> None:
        """Call the model by a convention that the user declares; its card states it from now on."""
        self.convention = convention.differences(self.card)
        self.card = convention.on(self.card)

    @abstractmethod
    def forward(self, batch: Tensor) -> Tensor:
        """Restore a batch.

        Shapes: (N, C, H, W) on `self.device` to (N, C, s H, s W).
        Units: 0..255; the output is neither clipped nor rounded.
        """

    def forward_parts(
        self, parts: dict[str, Tensor], settings: dict[str, float], state: object = None
    ) -> tuple[dict[str, Tensor], object]:
        """Restore named parts; return the outputs by role, and the state that the next frame needs.

        Shapes: (T, C, H, W) on `self.device`, each. Units: as in the parts.
        Raises: ModelError when this kind of model takes only one image.
        """
        del parts, settings, state
        raise ModelError(
            f"{self.card.id} takes only one image, but its card asks for named parts; expected takes and "
            "gives with one image each."
        )

    @contextmanager
    def bare(self, mode: Mode = PLAIN) -> Iterator[Callable[[Tensor], Tensor]]:
        """Yield only the network, as a function of batches in its numeric range; probes count and time it.

        Raises: ModelError when this kind of model does not support the mode.
        """
        if mode != PLAIN:
            raise ModelError(
                f"{self.card.id} is not a torch network; it has no mode '{mode.name}'."
            )
        yield self.forward

    def to(self, device: str, precision: Precision = "fp32") -> "Model":
        """Move the model to a device and a precision; return the model itself.

        Raises: ModelError when this kind of model cannot run there.
        """
        if torch.device(device).type != "cpu" or precision != "fp32":
            raise ModelError(
                f"{self.card.id} runs only on the CPU in fp32, not on {device} in {precision}."
            )
        return self


class NetworkModel(Model):
    """A model that is a torch module."""

    def __init__(
        self, card: Card, module: nn.Module, weights_hash: str, *, random_weights: bool = False
    ) -> None:
        super().__init__(card, weights_hash, random_weights=random_weights)
        self.trainable = trained_parameters(module)
        self.module: nn.Module = module.eval()
        for parameter in module.parameters():  # scripted modules lack requires_grad_
            parameter.requires_grad = False
        self._has_weights = next(iter(module.parameters()), None) is not None

    def forward(self, batch: Tensor) -> Tensor:
        """Restore a batch; see `Model.forward`."""
        unit = 255.0 if self.card.range == 1 else 1.0
        if self._has_weights:  # else double stays double
            batch = batch.float()
        batch = batch / unit
        with self._arithmetic():
            output = image_in(self._network()(batch), self.card.output, self.card.id)
        if unit != 1.0 and not output.is_floating_point():
            kind = str(output.dtype).removeprefix("torch.")
            raise ModelError(
                f"{self.card.id} returned values of {kind}, which cannot be between 0 and 1. Return floats, "
                "or type --range 255 when inputs and outputs are in 0..255."
            )
        return (output.float() if output.dtype != torch.float64 else output) * unit

    def forward_parts(
        self, parts: dict[str, Tensor], settings: dict[str, float], state: object = None
    ) -> tuple[dict[str, Tensor], object]:
        """Restore named parts; see `Model.forward_parts`."""
        card = self.card
        single = {
            r: p.float() if p.dtype == torch.float64 and self._has_weights else p
            for r, p in parts.items()
        }
        inputs = {role: part / self._unit(card.takes[role]) for role, part in single.items()}
        extra = {**settings, **({"state": state} if card.state else {})}
        with self._arithmetic():
            outputs = self.module(**inputs, **extra)
        if card.state:
            if not isinstance(outputs, tuple) or len(outputs) != 2:
                raise ModelError(
                    f"{card.id} returned no state; expected a pair of its outputs and its state."
                )
            outputs, state = outputs
        if isinstance(outputs, Tensor):
            outputs = {next(iter(card.gives)): outputs}
        if not isinstance(outputs, dict) or not all(
            isinstance(v, Tensor) for v in outputs.values()
        ):
            raise ModelError(
                f"{card.id} returned a {type(outputs).__name__}; expected tensors by role: "
                f"{', '.join(card.gives)}."
            )
        units = {
            role: self._unit(card.gives[role]) if role in card.gives else 1 for role in outputs
        }
        return {role: tensor * units[role] for role, tensor in outputs.items()}, state

    def _unit(self, signature: Signature) -> float:
        """Return the factor from the network's numeric range to the units of a part."""
        if self.card.range != 1:
            return 1.0
        return signature.peak or {"uint8": 255.0, "uint16": 65535.0}.get(signature.depth, 1.0)

    def to(self, device: str, precision: Precision = "fp32") -> "Model":
        """Move the network to a device and a precision; see `Model.to`."""
        self.device = torch.device(device)
        self.precision = precision
        self.module = self.module.to(self.device)
        return self

    @contextmanager
    def bare(self, mode: Mode = PLAIN) -> Iterator[Callable[[Tensor], Tensor]]:
        """Yield only the network in its precision; see `Model.bare`."""
        with self._arithmetic(), in_mode(self._network(), mode) as call:
            yield call

    def at(self, card: Card) -> "NetworkModel":
        """Return the model of another scale of a network for several scales; both share the network."""
        other = copy.copy(self)
        other.card = card
        return other

    def _network(self) -> nn.Module:
        """Return the network; one for several scales is called at the scale of the card."""
        return AtScale(self.module, self.card.whole_scale) if self.card.scales else self.module

    @contextmanager
    def _arithmetic(self) -> Iterator[None]:
        """Set torch's switches to the precision of the model."""
        with ExitStack() as stack:
            if self.device.type == "cuda":
                fast = self.precision == "tf32"
                torch.backends.cuda.matmul.allow_tf32 = fast
                stack.enter_context(
                    torch.backends.cudnn.flags(enabled=True, benchmark=False, allow_tf32=fast)
                )
            low = _LOW.get(self.precision)
            if low is not None and self._has_weights:
                stack.enter_context(torch.autocast(self.device.type, low))
            yield
