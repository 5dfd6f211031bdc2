"""The journal of a run whose store lies elsewhere: safe here at once, and there within about a second.

    HOME/stores/HASH/records/RUN.jsonl    the journal, as of a store in a folder; it stays until all was sent
    HOME/stores/HASH/records/RUN.files    the files that belong to its records, one name a line

A run that was killed is sent by the next one on its host; on other hosts, what had arrived of it counts.
"""

import contextlib
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import duckdb

from iqabench.errors import IqabenchWarning, StoreError
from iqabench.remote.objects import ObjectFacts, ObjectFolder
from iqabench.remote.parts import is_part, local_name, part_name, run_of_part
from iqabench.remote.sender import Sender
from iqabench.store import Record
from iqabench.store.journal import Journal, lines_of, read_journal, retire_journal
from iqabench.store.record_file import write_record_file

_OUTBOX = "outbox"


class RemoteJournal:
    """The journal of one run and the thread that sends it.

    `changed` returns those of some files that were not sent yet as they are.

    Raises: StoreError when the store cannot be written to; OSError when this machine's disk cannot.
    """

    def __init__(
        self,
        objects: ObjectFolder,
        folder: Path,
        run: str,
        changed: Callable[[Sequence[Path]], list[Path]],
    ) -> None:
        self._objects, self._folder, self._run = objects, folder, run
        self._changed = changed
        self._parts: list[str] = []
        self._send(b"", [])  # without the right to write this fails before the first image
        self._journal = Journal(folder / "records" / f"{run}.jsonl")
        self.path = self._journal.path
        self._files: list[Path] = []
        self._sender = Sender(self._send)
        self._has_raised = False

    def attach(self, files: Sequence[Path]) -> None:
        """Take files below the folder, which are sent before the records that are appended next."""
        self._files += self._changed(files)

    def append(self, records: list[Record]) -> None:
        """Write the records to the disk of this machine, and hand them over to be sent after their files.

        Raises: OSError when the disk cannot be written; StoreError when the store cannot.
        """
        self._check()
        files, self._files = self._files, []
        if files:
            with _list_of(self.path).open("a", encoding="utf-8") as names:
                names.writelines(f"{self._name(file)}\n" for file in files)
        self._journal.append(records)
        self._sender.add(lines_of(records), files)
        self._check()

    def finish(self) -> None:
        """Send what is left, then the file of all records, and delete the run's parts.

        Raises: StoreError when that fails, unless `append` has raised it; the journal stays here then.
        """
        self._sender.close()
        if self._sender.error is not None:
            self._journal.finish(lambda _: None)
            if not self._has_raised:
                self._check()
            return
        try:
            self._journal.finish(self._settle)
        except StoreError as error:
            raise self._failure(error) from error

    def _check(self) -> None:
        if self._sender.error is not None:
            self._has_raised = True
            raise self._failure(self._sender.error) from self._sender.error

    def _failure(self, error: StoreError) -> StoreError:
        return StoreError(
            f"{error} The records of this run are safe on this machine, in {self.path}. Run the same command "
            "again: it sends them and goes on where it stopped."
        )

    def _name(self, file: Path) -> str:
        return file.relative_to(self._folder).as_posix()

    def _send(self, lines: bytes, files: Sequence[Path]) -> None:
        self._objects.write_files((self._name(file), file) for file in files)
        name = part_name(self._run, len(self._parts), lines)
        self._objects.write(f"records/{name}", lines)
        self._parts.append(name)

    def _settle(self, journal: Path) -> None:
        settle(self._objects, self._folder, journal, self._parts)


def send_left_behind(objects: ObjectFolder, folder: Path, there: dict[str, ObjectFacts]) -> None:
    """Send the journals of runs on this host that were killed, or whose store did not answer.

    `there`: the objects of records in the store.

    Raises: StoreError when the store cannot be written to; the journals stay.
    """

    def send(journal: Path) -> None:
        run = journal.stem
        parts = [n for n in there if run_of_part(n) == run or n.startswith(f"{run}.merged-")]
        _send_listed(objects, folder, journal)
        settle(objects, folder, journal, parts)

    for journal in sorted((folder / "records").glob("*.jsonl")):
        if not is_part(journal.name):
            Journal.adopt(journal, send)


def settle(objects: ObjectFolder, folder: Path, journal: Path, parts: Iterable[str]) -> None:
    """Send the file of all records of a journal, delete these parts of it, and delete the journal.

    Without room on this machine for that file the journal and the parts stay, and are read.

    Raises: StoreError when the store cannot be written to; the journal stays.
    """
    content = read_journal(journal)
    with contextlib.suppress(OSError, duckdb.Error):
        if content.rows:
            send_record_file(objects, folder, journal.stem, content.rows)
        delete_parts(objects, folder, parts)
        retire_journal(journal, content)
        _list_of(journal).unlink(missing_ok=True)


def send_record_file(
    objects: ObjectFolder, folder: Path, run: str, rows: Sequence[dict[str, object]]
) -> None:
    """Write the file of a run's records, send it, and keep it here.

    It is among the files here only when it has arrived there, since what is here only counts as deleted.

    Raises: OSError or duckdb.Error when it cannot be written; StoreError when it cannot be sent.
    """
    outbox = folder / _OUTBOX
    outbox.mkdir(parents=True, exist_ok=True)
    written = write_record_file(outbox, run, rows)
    try:
        objects.write_file(f"records/{written.name}", written)
        written.replace(folder / "records" / written.name)
    finally:
        written.unlink(missing_ok=True)


def delete_parts(objects: ObjectFolder, folder: Path, parts: Iterable[str]) -> None:
    """Delete parts in the store and their copies here; without the right to delete they stay there."""
    names = list(parts)
    try:
        objects.delete(f"records/{name}" for name in names)
    except StoreError as error:
        warnings.warn(
            f"{error} So {len(names)} parts of runs stay in it, whose records count once all the same.",
            IqabenchWarning,
            stacklevel=2,
        )
    for name in names:
        (folder / "records" / local_name(name)).unlink(missing_ok=True)


def _send_listed(objects: ObjectFolder, folder: Path, journal: Path) -> None:
    """Send the files that belong to a journal's records, but for those that have arrived."""
    try:
        names = list(dict.fromkeys(_list_of(journal).read_text("utf-8").splitlines()))
    except FileNotFoundError:
        return
    tops = sorted({name.partition("/")[0] for name in names})
    there = {name: facts.size for top in tops for name, facts in objects.list(top).items()}
    files = ((name, folder / name) for name in names)
    objects.write_files(
        (name, file)
        for name, file in files
        if file.is_file() and there.get(name) != file.stat().st_size
    )


def _list_of(journal: Path) -> Path:
    return journal.with_suffix(".files")
