"""The count of torch's own counter."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from iqabench.errors import ProbeError
from iqabench.probes.core.probed_model import ProbedModel


def torch_flops(model: ProbedModel) -> int:
    """Count operations with FlopCounterMode: two per multiply-accumulate of convolutions and products.

    Raises: ProbeError for a program that is no torch network.
    """
    if model.graph is not None or model.closed:
        raise ProbeError(f"{model.name} is no torch network; torch's counter cannot see into it.")
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model.call(model.batch.clone())
    return int(counter.get_total_flops())
