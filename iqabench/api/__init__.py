"""The Python interface: the functions that `import iqabench` offers.

import iqabench
iqabench.metric("ssim@sr-y")(output, target, scale=4)
iqabench.evaluate(["rlfn", "bicubic"], ["set5"])

Arguments are checked as the command line checks them. Images are numpy uint8 (H, W, C), PIL as their files
are read, or torch (C, H, W) in [0, 1]; `data_range` declares another range: 255, or (-1, 1). Only outputs may
leave it, a little, as outputs of networks do. All values are numbers without a gradient: a tensor that
requires one is told of; as a loss take torch.nn.functional, or the packages piq and lpips.
"""

from iqabench.api.in_memory import metric
from iqabench.api.measure import agree, profile
from iqabench.api.named import load_model, load_set
from iqabench.api.runs import evaluate
from iqabench.api.scores import score

__all__ = ["agree", "evaluate", "load_model", "load_set", "metric", "profile", "score"]
