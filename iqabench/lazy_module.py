"""A stand-in for a module that takes long to import and is seldom needed.

    if TYPE_CHECKING:
        import httpx
    else:
        httpx = LazyModule("httpx")

Annotations that name such a module stand in quotes.
"""

import importlib
from types import ModuleType
from typing import Any


class LazyModule(ModuleType):
    """A stand-in for a module, which imports it when one of its names is first asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)
