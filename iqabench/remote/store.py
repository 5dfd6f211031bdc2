"""Stores elsewhere: s3://bucket/prefix, or any other url for which fsspec has a package.

A store elsewhere has the layout of a store in a folder, one object a file. This machine keeps a copy of it
below the home of iqabench, from which everything is read: records and opinions are brought when the store is
opened, crops and outputs when they are needed.

What is written goes to the copy and from there to the store: of a run the crops before the records, the
records in parts of about a second (`parts`), at the end one file. Nobody needs a lock: objects of records are
written once under a name of their own, and a record that is there twice counts once. When the store does not
answer any more, the records wait in the journal on this machine, and the next run sends them.
"""

import contextlib
import json
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from iqabench.atomic import part_of, remove_dead_parts
from iqabench.errors import OfflineError, StoreError
from iqabench.files import home, offline
from iqabench.remote.address import local_folder, scheme_of, without_secrets
from iqabench.remote.journal import RemoteJournal, send_left_behind
from iqabench.remote.merging import merge_dead_parts
from iqabench.remote.mirror import bring_files, bring_records
from iqabench.remote.objects import ObjectFolder
from iqabench.remote.outputs import RemoteOutputFolder
from iqabench.store import OutputFolder, Provenance, Store, Writer
from iqabench.store.record import SCHEMA_VERSION

_VERSION = "store.json"


def open_store(address: str | Path) -> Store:
    """Return the store at an address: a folder, or a url such as s3://bucket/prefix.

    Raises: StoreError when it cannot be reached or read; UsageError for a url with a password; OfflineError
        for a store on a network that is switched off.
    """
    folder = local_folder(address)
    if folder is not None:
        return Store(folder)
    if offline() and scheme_of(str(address)) != "memory":
        raise OfflineError(
            f"the store {without_secrets(str(address))} needs the network, which IQABENCH_OFFLINE switches "
            "off. Unset it, or name a folder with --store."
        )
    return RemoteStore(str(address))


class RemoteStore(Store):
    """The records below a url, with a copy on this machine.

    Raises: StoreError when the store cannot be reached, or is of a newer version.
    """

    def __init__(self, url: str) -> None:
        self._objects = ObjectFolder(url)
        digest = sha256(self._objects.identity().encode()).hexdigest()[:16]
        folder = home() / "stores" / digest
        try:
            (folder / "records").mkdir(parents=True, exist_ok=True)
            (folder / "address.txt").write_text(f"{self.address}\n")
            self._has_version = self._bring_version(folder / _VERSION)
        except OSError as error:
            raise StoreError(
                f"the copy of {self.address} on this machine cannot be written: {error.strerror} ({folder}). "
                "Make room, or set IQABENCH_HOME to another folder."
            ) from error
        super().__init__(folder)
        self._records_there = bring_records(self._objects, folder)
        bring_files(self._objects, folder, "opinions", by_time=True)
        self._brought: set[Path] = set()
        self._sent: dict[Path, tuple[int, int]] = {}

    def _bring_version(self, file: Path) -> bool:
        part = part_of(file)
        try:
            has_version = self._objects.read(_VERSION, part)
            if has_version:
                part.replace(file)
            else:
                file.unlink(missing_ok=True)
        finally:
            part.unlink(missing_ok=True)
        return has_version

    @property
    def address(self) -> str:
        """The url, without user and password."""
        return self._objects.address

    def put(self, files: Sequence[Path]) -> None:
        """Send files of the folder to the store; what was sent before as it is now is not sent again.

        Raises: StoreError when they cannot be sent.
        """
        changed = self._changed(files)
        self._objects.write_files((f.relative_to(self.folder).as_posix(), f) for f in changed)

    def _changed(self, files: Sequence[Path]) -> list[Path]:
        """Return the files that are there and were not yet sent as they are now, and note them as sent."""
        result = []
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                facts = file.stat()
                state = (facts.st_size, facts.st_mtime_ns)
                if self._sent.get(file) != state:
                    self._sent[file] = state
                    result.append(file)
        return result

    def bring(self, folder: Path) -> None:
        """Bring the files below a folder of the store here, once.

        Raises: StoreError when the store cannot be reached.
        """
        if folder not in self._brought:
            bring_files(self._objects, self.folder, folder.relative_to(self.folder).as_posix())
            self._brought.add(folder)

    def output_folder(self, provenance: Provenance) -> OutputFolder:
        """Return the folder of outputs of that origin which are kept only because columns need them."""
        return RemoteOutputFolder(self.folder / "outputs", provenance, self.bring)

    def writer(self, run: str) -> Writer:
        """Return a writer for one run; nothing is written before its first record.

        What killed runs of this host left is sent, where the store can be written to.
        """
        with contextlib.suppress(StoreError):
            send_left_behind(self._objects, self.folder, self._records_there)
        return Writer(partial(self._begin, run), run)

    def _begin(self, run: str) -> RemoteJournal:
        """Return the journal of a new run; what dead runs of other hosts left is merged before.

        Raises: StoreError when the store cannot be written to.
        """
        try:
            remove_dead_parts(self.folder, recursive=True)
            journal = RemoteJournal(self._objects, self.folder, run, self._changed)
        except OSError as error:
            raise StoreError(
                f"the copy of {self.address} on this machine cannot be written: {error.strerror} "
                f"({self.folder}). Make room, or set IQABENCH_HOME to another folder."
            ) from error
        if not self._has_version:
            self._objects.write(_VERSION, json.dumps({"schema": SCHEMA_VERSION}).encode() + b"\n")
            self._has_version = True
        merge_dead_parts(self._objects, self.folder, self._records_there)
        return journal
