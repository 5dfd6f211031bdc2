"""What torch's own counter says."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from iqabench.probes.core.probed import Probed


def torch_flops(seen: Probed) -> int:
    """Operations by FlopCounterMode: two for each multiply-accumulate of convolutions and products."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        seen.call(seen.batch.clone())
    return int(counter.get_total_flops())
