"""The objects below a url, through fsspec: any scheme for which a package is installed.

fsspec and what it needs are imported with the first object: a store in a folder never waits for them.
"""

import contextlib
import errno
import importlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from iqabench.errors import StoreError
from iqabench.files.limits import limits_of_environment
from iqabench.remote.address import require_no_password, scheme_of, without_secrets
from iqabench.remote.failures import is_absence, reason_of

T = TypeVar("T")

_PARALLEL = 16
"""The number of objects that are on their way at once."""
_LONGEST_CONNECT_S = 5.0
_LONGEST_SILENCE_S = 10.0
_TRIES = 2
_EXTRAS = {"s3": "iqabench[s3]", "s3a": "iqabench[s3]"}
_WITH_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "oci", "memory"})
"""Schemes without folders: an object may be written anywhere in its bucket."""
_FAULTS_HERE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""Errors of the disk of this machine, which no store elsewhere gives while an object is read."""
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "created")


@dataclass(frozen=True)
class ObjectFacts:
    """The facts of an object that its listing tells."""

    size: int
    time: float
    """The time of its last change in seconds since 1970; 0 where it is unknown."""


class ObjectFolder:
    """The objects below a url; their names are relative to it, as in records/RUN.parquet.

    Every method may be called from several threads, and raises StoreError with the reason in plain words.
    """

    def __init__(self, url: str) -> None:
        require_no_password(url)
        self.address = without_secrets(url if url.endswith("://") else url.rstrip("/"))
        self._scheme = scheme_of(url)
        self._files, root = self._open(url)
        self._root = root.rstrip("/")
        self._folders: set[str] = set()

    def identity(self) -> str:
        """Return the identity of the place: the same url at another endpoint is another place."""
        endpoint = ""
        if self._scheme in ("s3", "s3a"):
            with self._told("reach it"):
                endpoint = self._files.s3.meta.endpoint_url
        return f"{endpoint} {self.address}"

    def list(self, folder: str) -> dict[str, ObjectFacts]:
        """Return the objects below a folder, by name; none where there is no such folder."""
        with self._told("list it"):
            try:
                found = self._files.find(f"{self._root}/{folder}", detail=True)
            except FileNotFoundError as error:
                if not is_absence(error) or self._scheme in _WITH_BUCKETS:
                    raise
                found = {}
        start = len(self._root) + 1
        return {
            name[start:]: ObjectFacts(int(facts["size"] or 0), _time_of(facts))
            for name, facts in sorted(found.items())
            if facts.get("type") != "directory" and not name.endswith("/")
        }

    def read(self, name: str, file: Path) -> bool:
        """Write the content of an object to a file, and return whether there was one.

        Raises: OSError when the file cannot be written.
        """
        try:
            with self._told("read it"):
                self._files.get_file(self._path(name), str(file))
        except StoreError as error:
            cause = error.__cause__
            if cause is not None and is_absence(cause):
                return False
            if isinstance(cause, OSError) and cause.errno in _FAULTS_HERE:
                raise cause from None
            raise
        return True

    def write(self, name: str, data: bytes) -> None:
        """Write an object of this content; it is there complete, or not at all."""
        with self._told("write to it"):
            self._make_folder(name)
            self._files.pipe_file(self._path(name), data)

    def write_file(self, name: str, file: Path) -> None:
        """Write an object with the content of a file."""
        with self._told("write to it"):
            self._make_folder(name)
            self._files.put_file(str(file), self._path(name))

    def write_files(self, files: Iterable[tuple[str, Path]]) -> None:
        """Write several objects at once."""
        self.each(lambda pair: self.write_file(*pair), files)

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error."""
        self.each(self._delete, names)

    def each(self, act: Callable[[T], object], items: Iterable[T]) -> None:
        """Do something with each item, several at once; after an error no more are begun."""
        pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="store")
        try:
            for _ in pool.map(act, items):
                pass
        finally:
            pool.shutdown(cancel_futures=True)

    def _delete(self, name: str) -> None:
        with self._told("delete in it"):
            try:
                self._files.rm_file(self._path(name))
            except FileNotFoundError as error:
                if not is_absence(error):
                    raise

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _make_folder(self, name: str) -> None:
        folder = self._path(name).rpartition("/")[0]
        if self._scheme not in _WITH_BUCKETS and folder not in self._folders:
            self._files.makedirs(folder, exist_ok=True)
            self._folders.add(folder)

    def _open(self, url: str) -> tuple[Any, str]:
        """Return the file system of a url and the path in it.

        Raises: StoreError when a package for the scheme is missing, or nobody knows the scheme.
        """
        try:
            found: tuple[Any, str] = importlib.import_module("fsspec.core").url_to_fs(
                url, use_listings_cache=False, skip_instance_cache=True, **self._limits()
            )
        except ImportError as error:
            extra = _EXTRAS.get(self._scheme)
            advice = f"pip install '{extra}'" if extra else str(error)
            raise StoreError(
                f"stores at {self._scheme}:// need a package that is not installed: {advice}."
            ) from error
        except ValueError as error:
            raise StoreError(
                f"the store {self.address} cannot be opened: {without_secrets(str(error))}. Expected a "
                "folder, or a url such as s3://bucket/prefix."
            ) from error
        files, root = found
        if self._limits():
            files.retries = 1  # botocore tries again by itself
        if self._scheme in _WITH_BUCKETS and not root.strip("/"):
            raise StoreError(
                f"the address {self.address} names no bucket; expected {self._scheme}://bucket/prefix."
            )
        return found

    def _limits(self) -> dict[str, Any]:
        if self._scheme not in ("s3", "s3a"):
            return {}
        limits = limits_of_environment()
        return {
            "config_kwargs": {
                "connect_timeout": min(limits.connect_s, _LONGEST_CONNECT_S),
                "read_timeout": min(limits.silence_s, _LONGEST_SILENCE_S),
                "retries": {"total_max_attempts": _TRIES, "mode": "standard"},
                "max_pool_connections": _PARALLEL,
            }
        }

    @contextlib.contextmanager
    def _told(self, act: str) -> Iterator[None]:
        """Turn every error of the libraries below into a StoreError with its reason."""
        try:
            yield
        except Exception as error:
            raise StoreError(f"the store {self.address}: {reason_of(error, act)}") from error


def _time_of(facts: dict[str, Any]) -> float:
    time = next((facts[name] for name in _TIMES if facts.get(name)), 0.0)
    if isinstance(time, str):
        time = datetime.fromisoformat(time)
    return time.timestamp() if isinstance(time, datetime) else float(time)
