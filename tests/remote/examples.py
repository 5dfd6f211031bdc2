"""A record, and the questions that tests ask of stores elsewhere."""

import time
from typing import Any

import fsspec

from iqabench.store import Record, Store


def record(sample: str, value: float = 32.0) -> Record:
    return Record(
        key="k", sample=sample, column="psnr@sr-y", status="ok", value=value, error="", unit="dB",
        better="higher", metric="psnr", metric_version=1, protocol="sr-y", protocol_hash="p",
        task="sr", set="set5", set_hash="s", scale=4, level="x4", model="rlfn", model_hash="w",
        model_facts="{}", random_weights=False, precision="fp32", tile=0, tile_note="",
        device_class="cpu", device="a processor", restore_ms=1.5, run="r", versions="{}",
        time="2026-01-01T00:00:00.000Z",
    )  # fmt: skip


def samples(store: Store) -> list[str]:
    with store.connect() as connection:
        rows = connection.execute("SELECT sample FROM records ORDER BY sample").fetchall()
    return [row[0] for row in rows]


def files_of(url: str) -> tuple[Any, str]:
    """The file system of a store, and its root."""
    files, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    return files, root


def objects_of(url: str) -> list[str]:
    """The names of the objects of a store."""
    files, root = files_of(url)
    return sorted(name.removeprefix(f"{root}/") for name in files.find(root))


def await_objects(url: str, ending: str, count: int) -> list[str]:
    """The objects with this ending, as soon as there are so many."""
    for _ in range(500):
        found = [name for name in objects_of(url) if name.endswith(ending)]
        if len(found) >= count:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{objects_of(url)}: expected {count} objects with {ending}")
