"""Workers of a cluster ask the driver for files."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from iqabench.files.fetch import fetch
from iqabench.files.remote import RemoteFile
from iqabench.files.supplier import supply_by
from iqabench.locks import try_lock

CONTENT = b"weights of a model"
FILE = RemoteFile("model.pth", None, hashlib.sha256(CONTENT).hexdigest(), None)


@pytest.fixture(autouse=True)
def no_supplier_afterwards() -> Iterator[None]:
    yield
    supply_by(None)


def test_the_driver_can_fetch_into_the_cache_of_a_worker_that_waits_for_it(own_home: Path) -> None:
    asked: list[RemoteFile] = []

    def supplier(file: RemoteFile) -> bytes:
        asked.append(file)
        lock = try_lock(own_home / "partial" / f"{file.key}.lock")
        assert lock, "the driver would wait for this worker, and this worker waits for the driver"
        lock.release()
        return CONTENT

    supply_by(supplier)
    assert fetch([FILE])[FILE].read_bytes() == CONTENT
    assert fetch([FILE])[FILE].read_bytes() == CONTENT
    assert asked == [FILE]
