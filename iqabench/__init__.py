"""iqabench: the benchmark harness of image restoration.

    iqabench.evaluate(models, sets, ...)            restore and score; a DataFrame
    iqabench.score(outputs, targets, columns)       score what exists already; a DataFrame
    iqabench.metric("ssim@sr-y")(output, target)    one number
    iqabench.agree(set, folder, columns)            metrics against human opinion; a DataFrame
    iqabench.profile(models, inputs=["3x256x256"])  what models cost; a DataFrame
    iqabench.load_model(name)                       a model ready to run
    iqabench.load_set(name, scale=4)                a set of samples

Names are resolved when they are first used, so that importing the package costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iqabench.api import agree, evaluate, load_model, load_set, metric, profile, score

__version__ = "0.2.0"

__all__ = [
    "__version__",
    "agree",
    "evaluate",
    "load_model",
    "load_set",
    "metric",
    "profile",
    "score",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("iqabench.api"), name)
    raise AttributeError(f"module 'iqabench' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
