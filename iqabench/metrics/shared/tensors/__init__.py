"""Mathematics that batched forms share, in torch: the other form of the modules beside this folder.

    from iqabench.metrics.shared import tensors

    tensors.planes.grey(batch)

Its modules are imported when they are first used, so that listing metrics does not wait for torch.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iqabench.metrics.shared.tensors import downsampling as downsampling
    from iqabench.metrics.shared.tensors import filters as filters
    from iqabench.metrics.shared.tensors import information_content as information_content
    from iqabench.metrics.shared.tensors import laplacian_pyramid as laplacian_pyramid
    from iqabench.metrics.shared.tensors import mean_errors as mean_errors
    from iqabench.metrics.shared.tensors import phase_congruency as phase_congruency
    from iqabench.metrics.shared.tensors import planes as planes
    from iqabench.metrics.shared.tensors import sdsp as sdsp
    from iqabench.metrics.shared.tensors import spectral_residual as spectral_residual
    from iqabench.metrics.shared.tensors import structural_similarity as structural_similarity
else:

    def __getattr__(name):
        try:
            return importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'") from error
