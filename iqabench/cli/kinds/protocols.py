"""Protocols, for `list` and `show`."""

from typing import Any

from iqabench.protocol import protocol, protocols


def rows() -> list[dict[str, Any]]:
    """One row for each protocol."""
    return [
        {"protocol": p.name, "version": p.version, "hash": p.hash, "what": p.summary}
        for p in protocols().values()
    ]


def show(name: str) -> dict[str, Any]:
    """The facts of one protocol."""
    found = protocol(name)
    return {**found.model_dump(), "hash": found.hash}
