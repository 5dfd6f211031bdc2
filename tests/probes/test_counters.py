"""Counts against the counters of others: fvcore itself, torch's FlopCounterMode."""

import logging
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import random_model
from iqabench.probes import ProbedModel, cost_column

from .networks import Attention, Dead, Extension, Filled, Functional, Guided, Resized, probed

with (
    warnings.catch_warnings()
):  # it scripts a function when it is imported, which torch now warns of
    warnings.simplefilter("ignore")
    from fvcore.nn import FlopCountAnalysis

REGISTERED = [
    "rlfn_ntire_x4",
    "bsrn_s_x4",
    "imdn_x4",
    "rfdn_x4",
    "efdn_x4",
    "fmen_x4",
    "span_x4",
    "pan_x4",
    "cfsr_x4",
    "carn_m_x4",
    "dncnn_25",
    "pocket_x4",
]
"""Registered models that are counted at 32 pixels a side; those with attention in windows follow below."""

WINDOWED = ["swinir_light_x4", "hat_x4"]
SHALLOW = {"depths": [2], "num_heads": [6]}
"""Arguments of these with two blocks, one of shifted windows and one without; all others are like them."""


class Einsum(nn.Module):
    """Contractions that fvcore has a rule for, and one for which it asks numpy."""

    def forward(self, x: Tensor) -> Tensor:
        a = torch.einsum("bij,bik->bjk", x[:, 0], x[:, 1])
        b = torch.einsum("bij,bkj->bik", a, x[:, 2])
        return torch.einsum("bij,bjk,bkl->bil", a, b, x[:, 0])


SYNTHETIC: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "same": (lambda: nn.Sequential(nn.Conv2d(3, 4, 3, padding="same"), nn.Conv2d(4, 4, 1)), ()),
    "dead": (Dead, ()),
    "attention": (Attention, (1, 10, 6)),
    "functional": (Functional, ()),
    "opaque": (Extension, ()),
    "filled": (Filled, ()),
    "guided": (Guided, ()),
    "bilinear": (lambda: Resized("bilinear"), ()),
    "bicubic": (lambda: Resized("bicubic"), ()),
    "nearest": (lambda: Resized("nearest"), ()),
    "transposed": (lambda: nn.ConvTranspose2d(3, 4, 3, stride=2, groups=1), ()),
    "norms": (lambda: nn.Sequential(nn.BatchNorm2d(3), nn.GroupNorm(3, 3), nn.LayerNorm(8)), ()),
    "bare norms": (lambda: nn.Sequential(nn.InstanceNorm2d(3), nn.LayerNorm(8, bias=False)), ()),
    "linear": (lambda: nn.Sequential(nn.Linear(8, 5), nn.Linear(5, 3)), ()),
    "einsum": (Einsum, (2, 3, 8, 8)),
}


def fvcore_of(seen: ProbedModel) -> float:
    logging.getLogger("fvcore.nn.jit_analysis").setLevel(logging.ERROR)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(FlopCountAnalysis(seen.module, seen.batch).total())


def torch_of(seen: ProbedModel) -> int:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        seen.call(seen.batch)
    return int(counter.get_total_flops())


def registered(name: str, side: int) -> ProbedModel:
    card = card_of(name)
    fewer = SHALLOW if name in WINDOWED else {}
    model = random_model(card.model_copy(update={"arguments": {**card.arguments, **fewer}}))
    assert model.module is not None
    channels = 1 if model.card.channels == "grey" else 3
    return probed(model.module, 1, channels, side, side)


@pytest.mark.parametrize("name", REGISTERED + WINDOWED)
def test_registered_networks_count_as_others_count_them(name: str) -> None:
    seen = registered(name, 16 if name in WINDOWED else 32)
    assert cost_column("macs@fvcore")(seen).value == fvcore_of(seen)
    assert cost_column("flops@torch")(seen).value == torch_of(seen)
    assert cost_column("macs@torch")(seen).value == torch_of(seen) / 2
    exact = cost_column("macs")(seen)
    products = [
        exact.details["operators"].get(n, {"macs": 0}) for n in ("convolution", "addmm", "bmm")
    ]
    assert sum(row["macs"] for row in products) == torch_of(seen) / 2
    assert not exact.details["lower_bound"], exact.details["notes"]


@pytest.mark.parametrize("name", SYNTHETIC)
def test_what_counters_stumble_on_is_counted_as_fvcore_counts_it(name: str) -> None:
    make, shape = SYNTHETIC[name]
    torch.manual_seed(0)
    seen = probed(make(), *shape)
    assert cost_column("macs@fvcore")(seen).value == fvcore_of(seen)
    assert cost_column("macs@torch")(seen).value == torch_of(seen) // 2


def test_a_difference_to_fvcore_is_explained_to_the_last_operation() -> None:
    """The figures of all notes add up to the difference between the two conventions."""
    seen = probed(nn.Sequential(nn.Conv2d(3, 3, 3, padding="same"), Resized("bicubic")))
    lacking = cost_column("macs")(seen).value - cost_column("macs@fvcore")(seen).value
    same, bicubic, pooled = 9 * 9 * 64, 16 * 3 * 256, 3 * 256
    assert lacking == same + bicubic - pooled
    notes = " ".join(cost_column("macs@fvcore")(seen).details["notes"])
    assert all(figure in notes for figure in ("5.184 K", "12.288 K", "adaptive_avg_pool2d 768"))
