"""A record, and the questions that tests ask of stores elsewhere."""

import time
from typing import Any

import fsspec

from iqabench.store import Store


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
