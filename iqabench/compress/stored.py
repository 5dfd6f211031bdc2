"""Weights as they are stored."""

from collections.abc import Mapping

from torch import Tensor

from iqabench.errors import CompressError


def stored(state: Mapping[str, Tensor], *, half: bool = False) -> dict[str, Tensor]:
    """Copies on the CPU; with `half`, what is in single precision is rounded to half precision.

    Raises: CompressError for values that half precision cannot hold.
    """
    kept = {name: value.detach().cpu().clone() for name, value in state.items()}
    if not half:
        return kept
    for name, value in kept.items():
        if value.is_floating_point():
            kept[name] = value.half()
            if not kept[name].isfinite().all():
                raise CompressError(
                    f"{name} reaches {value.abs().max():g}, beyond half precision; leave --half out."
                )
    return kept
