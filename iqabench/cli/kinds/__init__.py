"""What `list` and `show` know of each kind of registered thing: one file per kind.

A kind's module is imported when it is asked for: listing models must not import what metrics need.
"""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

KINDS = ("sets", "models", "metrics", "protocols", "probes", "boards", "degradations", "opinions")


class Kind(Protocol):
    """What every module of this room offers."""

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """One row for each registered thing."""

    def show(self, name: str) -> Mapping[str, Any]:
        """Everything that is known of one of them."""


def kind_of(name: str) -> Kind:
    """The module of a kind, by its plural or singular name."""
    plural = name if name in KINDS else f"{name}s"
    return cast(Kind, importlib.import_module(f"iqabench.cli.kinds.{plural}"))
