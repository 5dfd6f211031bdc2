"""The weights of a variant in the form in which its file stores them."""

from collections.abc import Mapping

from torch import Tensor

from iqabench.errors import CompressError


def storable_state(state: Mapping[str, Tensor], *, half: bool = False) -> dict[str, Tensor]:
    """Return copies of the weights on the CPU; with `half`, floats are rounded to half precision.

    Raises: CompressError for values that half precision cannot hold.
    """
    copies = {name: value.detach().cpu().clone() for name, value in state.items()}
    if not half:
        return copies
    for name, value in copies.items():
        if value.is_floating_point():
            copies[name] = value.half()
            if not copies[name].isfinite().all():
                raise CompressError(
                    f"{name} reaches {value.abs().max():g}, beyond half precision. Leave out --half."
                )
    return copies
