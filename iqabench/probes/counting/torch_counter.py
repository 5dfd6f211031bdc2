"""What torch's own counter says."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from iqabench.probes.core.probed_model import ProbedModel


def torch_flops(seen: ProbedModel) -> int:
    """Operations by FlopCounterMode: two for each multiply-accumulate of convolutions and products."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        seen.call(seen.batch.clone())
    return int(counter.get_total_flops())
