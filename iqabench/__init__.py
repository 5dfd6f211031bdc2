"""The benchmark harness of image restoration.

    iqabench.evaluate(models, sets, ...)            restore and score; a DataFrame
    iqabench.score(outputs, targets, columns)       score existing outputs; a DataFrame
    iqabench.metric("ssim@sr-y")(output, target)    compute one value
    iqabench.agree(set, folder, columns)            compare metrics with human opinions; a DataFrame
    iqabench.profile(models, inputs=["3x256x256"])  measure what models cost; a DataFrame
    iqabench.load_model(name)                       load a model, ready to run
    iqabench.load_set(name, scale=4)                load a set of samples

Names are imported when they are first used, so that `import iqabench` takes no time.
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
