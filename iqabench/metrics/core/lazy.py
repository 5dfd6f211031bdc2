"""Modules that take long to import: each is imported when it is first used, not when metrics are listed.

    from iqabench.metrics.core.lazy import scipy_fft, torch

To type checkers these are the modules themselves. Annotations that name them stand in quotes.
"""

from typing import TYPE_CHECKING

from iqabench.lazy_module import LazyModule

if TYPE_CHECKING:
    import scipy.fft as scipy_fft
    import scipy.io as scipy_io
    import scipy.sparse as scipy_sparse
    import torch
    from piq.feature_extractors import clip as piq_clip
else:
    piq_clip = LazyModule("piq.feature_extractors.clip")
    scipy_fft = LazyModule("scipy.fft")
    scipy_io = LazyModule("scipy.io")
    scipy_sparse = LazyModule("scipy.sparse")
    torch = LazyModule("torch")

__all__ = ["piq_clip", "scipy_fft", "scipy_io", "scipy_sparse", "torch"]
