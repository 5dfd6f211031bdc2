"""The number of threads of a network on a CPU, which decides the last digits of its outputs.

torch adds up in another order with another number of threads: of 12 networks that were measured with 1 and 2
threads, 9 differed, by up to 2.6e-4 of 255 in a pixel and 6e-5 dB in the PSNR of an image of Set5. One thread
for all would cost as many times the time as a machine has processors. So the number is part of the key of
such records where it is not 1.

Up to version 0.1 no key had it, and records name it among their versions. A record of that time counts for
its own number of threads only, under the key of today.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import torch

from iqabench.metrics import AnyColumn
from iqabench.models.core.model import Model
from iqabench.run.records import RecordMaker
from iqabench.store import Store, Writer


def depends_on_threads(model: Model) -> bool:
    """Return whether the number of threads decides digits: for a torch network with weights on a CPU."""
    module = model.module
    if module is None or model.device.type != "cpu":
        return False
    return any(True for _ in module.parameters()) or any(True for _ in module.buffers())


def threads_of(model: Model) -> int:
    """Return the number of threads where it decides the digits of a model's outputs; otherwise 1."""
    return torch.get_num_threads() if depends_on_threads(model) else 1


@dataclass(frozen=True)
class CellKey:
    """The key of a cell with what is asked of its records."""

    key: str
    old: str
    """The key that versions without threads in keys gave."""
    threads_decide: bool
    """True when the number of threads decides the last digits, of the output or of the value."""

    @classmethod
    def of(
        cls,
        maker: RecordMaker,
        column: AnyColumn,
        role: str = "",
        subset: str = "",
        *,
        by_network: bool = False,
    ) -> "CellKey":
        """Return the key of a column; `by_network` when threads decide the digits of the outputs."""
        key, old = maker.key(column, role, subset), maker.old_key(column, role, subset)
        return cls(key, old, by_network or maker.threads_decide(column))


def find_finished(
    store: Store,
    writer: Writer,
    cells: Iterable[CellKey],
    *,
    takes_over: bool = True,
    threads: int | None = None,
) -> set[tuple[str, str]]:
    """Return the pairs of key and sample that have a value that was computed with this number of threads.

    `threads`: the number of threads that compute; None for that of this process.

    Records of older versions are stored under the keys of today first; not with `takes_over` False, for
    outputs that another number of threads may have made.

    Raises: StoreError when records cannot be read or stored.
    """
    cells = list(cells)
    threads = threads or torch.get_num_threads()
    if takes_over:
        _take_over(
            store, writer, threads, {cell.old: cell.key for cell in cells if cell.old != cell.key}
        )
    shared = {cell.key for cell in cells if cell.threads_decide and cell.old == cell.key}
    own = {cell.key for cell in cells} - shared
    return store.finished(own) | store.finished(shared, threads=threads)


def _take_over(store: Store, writer: Writer, threads: int, keys: Mapping[str, str]) -> None:
    """Store the records of older versions that were made with these threads under the keys of today.

    `keys`: the keys of today by those of old. What has a record of today stays as it is.
    """
    if not keys:
        return
    finished = store.finished(keys.values())
    old_records = store.records(keys, threads=threads)
    new_records = [replace(record, key=keys[record.key]) for record in old_records]
    lacking = [record for record in new_records if (record.key, record.sample) not in finished]
    if lacking:
        writer.add(lacking)
