"""Protocols, for `list` and `show`. Imports no torch."""

from typing import Any

from iqabench.protocols import protocol, protocol_file, protocols


def rows() -> list[dict[str, Any]]:
    """Return one row for each protocol; `from` is the file of those that iqabench does not bring."""
    shipped = protocol_file("rgb")
    return [
        {
            "protocol": p.name,
            "version": p.version,
            "hash": p.hash,
            "from": "iqabench" if protocol_file(p.name) == shipped else str(protocol_file(p.name)),
            "what": p.summary,
        }
        for p in protocols().values()
    ]


def show(name: str) -> dict[str, Any]:
    """Return the facts of one protocol."""
    known = protocol(name)
    return {**known.model_dump(), "hash": known.hash, "file": str(protocol_file(name))}
