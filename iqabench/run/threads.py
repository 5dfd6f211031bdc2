"""The number of threads of a network on a CPU, which decides the last digits of its outputs.

torch adds up in another order with another number of threads: of 12 networks that were measured with 1 and 2
threads, 9 differed, by up to 2.6e-4 of 255 in a pixel and 6e-5 dB in the PSNR of an image of Set5. One thread
for all would cost as many times the time as a machine has processors. So the number is part of the key of
such records where it is not 1.

Up to version 0.1 no key had it, and records name it among their versions. A record of that time counts for
its own number of threads only, under the key of today.
"""

from collections.abc import Mapping
from dataclasses import replace

import torch

from iqabench.models.core.model import Model
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


def take_over(store: Store, writer: Writer, keys: Mapping[str, str]) -> None:
    """Store the records of older versions that were made with this number of threads under the keys of today.

    `keys`: the keys of today by those of old, where they differ. What has a record of today stays as it is.

    Raises: StoreError when records cannot be read or stored.
    """
    changed = {old: new for old, new in keys.items() if old != new}
    if not changed:
        return
    finished = store.finished(changed.values())
    old_records = store.records(changed, threads=torch.get_num_threads())
    new_records = [replace(record, key=changed[record.key]) for record in old_records]
    lacking = [record for record in new_records if (record.key, record.sample) not in finished]
    if lacking:
        writer.add(lacking)
