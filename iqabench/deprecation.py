"""Old names: they keep working for two minor versions, with a warning that names the new one.

    if not TYPE_CHECKING:  # else type checkers would accept any name
        __getattr__ = moved("iqabench.images", {"Alone": "iqabench.images.OutputView"}, gone_in="0.4")

A module that loses a public name ends with such lines. Nothing is imported before the old name is used.
"""

import importlib
import warnings
from collections.abc import Callable, Mapping
from typing import Any


def moved(module: str, names: Mapping[str, str], *, gone_in: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module whose old `names` stand for new ones.

    `names` maps an old name to the full path of the new one; `gone_in` is the version without the old names.

    Raises: AttributeError, when it is called, for a name that was never there.
    """

    def attribute(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        home, _, new = names[name].rpartition(".")
        warnings.warn(
            f"{module}.{name} is now {names[name]}; the old name goes in iqabench {gone_in}.",
            DeprecationWarning,
            stacklevel=2,
        )
        return getattr(importlib.import_module(home), new)

    return attribute
