"""Sets of samples: the named sets of `datasets.yaml` and of plugins, and any folder of images.

    load_set("urban100_x2")                    a SampleSet, downloaded where necessary
    for sample in load_set("set5", scale=4):   SampleRefs; pixels are read by load():
        sample.load().input

Facts are cheap to read (`catalogue`, `inventory`). The modules that read pixels are imported at first use, so
that listing sets loads neither OpenCV nor numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from iqabench.sets.catalogue import set_facts, set_names
from iqabench.sets.facts import SetFacts
from iqabench.sets.inventory import files_of

if TYPE_CHECKING:
    from iqabench.sets.load import load_set, scale_of_set
    from iqabench.sets.recipe import Recipe
    from iqabench.sets.sample import SampleRef
    from iqabench.sets.sample_set import SampleSet

__all__ = [
    "Recipe",
    "SampleRef",
    "SampleSet",
    "SetFacts",
    "files_of",
    "load_set",
    "scale_of_set",
    "set_facts",
    "set_names",
]

_LAZY_NAMES = {
    "load_set": "iqabench.sets.load",
    "scale_of_set": "iqabench.sets.load",
    "Recipe": "iqabench.sets.recipe",
    "SampleRef": "iqabench.sets.sample",
    "SampleSet": "iqabench.sets.sample_set",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY_NAMES:
        return getattr(import_module(_LAZY_NAMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
