"""The count of torch's own counter."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from iqabench.probes.core.probed_model import ProbedModel


def torch_flops(model: ProbedModel) -> int:
    """Count operations with FlopCounterMode: two per multiply-accumulate of convolutions and products."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model.call(model.batch.clone())
    return int(counter.get_total_flops())
