"""Networks that learned metrics need, in torch, and the files with their weights.

    from iqabench.metrics import networks

    networks.dists_network.network("cuda")

Modules that import torch are imported when they are first used: listing metrics does not wait for it.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iqabench.metrics.networks import alexnet_features as alexnet_features
    from iqabench.metrics.networks import alexnet_layers as alexnet_layers
    from iqabench.metrics.networks import clip_network as clip_network
    from iqabench.metrics.networks import dists_network as dists_network
    from iqabench.metrics.networks import image_tensors as image_tensors
    from iqabench.metrics.networks import inception_features as inception_features
    from iqabench.metrics.networks import lpips_network as lpips_network
    from iqabench.metrics.networks import pieapp_network as pieapp_network
    from iqabench.metrics.networks import unpaired_network as unpaired_network
else:

    def __getattr__(name):
        try:
            return importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'") from error
