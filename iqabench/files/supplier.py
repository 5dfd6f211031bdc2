"""The supplier of this process, where it is a worker of a cluster; see `supply`."""

from collections.abc import Callable

from iqabench.files.remote import RemoteFile

Supplier = Callable[[RemoteFile], bytes]
"""Returns the content of a file. Raises: FetchError when the driver cannot get it either."""

_suppliers: list[Supplier] = []


def supply_by(supplier: Supplier | None) -> None:
    """Ask this supplier for files that are neither in the cache nor in a mirror; None for the network."""
    _suppliers[:] = [supplier] if supplier else []


def current_supplier() -> Supplier | None:
    """Return the supplier of this process; None where files come from the network."""
    return _suppliers[0] if _suppliers else None
