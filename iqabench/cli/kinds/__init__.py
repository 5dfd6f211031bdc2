"""The kinds of registered things, for `list` and `show`: one file per kind.

The module of a kind is imported when it is needed: listing models must not import the modules of metrics.
"""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

KINDS = (
    "tasks",
    "sets",
    "models",
    "metrics",
    "protocols",
    "probes",
    "boards",
    "degradations",
    "opinions",
)


class Kind(Protocol):
    """The functions of every module in this folder."""

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """Return one row for each registered thing."""

    def show(self, name: str) -> Mapping[str, Any]:
        """Return everything that is known of one of them."""


def kind_of(name: str) -> Kind:
    """Return the module of a kind, by its plural or singular name."""
    plural = name if name in KINDS else f"{name}s"
    return cast(Kind, importlib.import_module(f"iqabench.cli.kinds.{plural}"))
