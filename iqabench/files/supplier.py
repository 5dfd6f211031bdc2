"""The supplier of files: on a worker of a cluster, the machine on which the command was typed.

    supply_by(lambda file: bytes_from_the_driver(file))      # once, when the worker starts

A file is then looked for in the cache, in the mirrors, and with the supplier; never at its url, because the
machines of a cluster often reach no other network, and because the driver fetches it once for all of them.
"""

from collections.abc import Callable

from iqabench.files.remote import RemoteFile

Supplier = Callable[[RemoteFile], bytes]
"""A function that returns the content of a file. Raises: FetchError when the driver cannot get it either."""

_suppliers: list[Supplier] = []


def supply_by(supplier: Supplier | None) -> None:
    """Ask this supplier for files that are neither in the cache nor in a mirror; None for the network."""
    _suppliers[:] = [supplier] if supplier else []


def current_supplier() -> Supplier | None:
    """Return the supplier of this process; None where files come from the network."""
    return _suppliers[0] if _suppliers else None
