"""An executor without Ray whose jobs travel: all that crosses to a worker and back is pickled."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from iqabench.errors import FetchError, IqabenchError, StoreError
from iqabench.files.content import forget_contents
from iqabench.files.remote import RemoteFile
from iqabench.files.supplier import supply_by
from iqabench.run.executors.job import JobItem, Ledger
from iqabench.run.model_cache import ModelCache


def travel(thing: Any) -> Any:
    """Return what arrives on another machine."""
    return pickle.loads(pickle.dumps(thing))


class TravellingExecutor:
    """Two workers that share every job; while they work, a folder of the driver is not there.

    Each opens the job; items go to them in turn, the last ones first, so that nothing arrives in order.
    """

    device = "cpu"

    def __init__(self, hidden: Path, lost: Callable[[JobItem], bool] = lambda _: False) -> None:
        self._hidden, self._lost = hidden, lost
        self.jobs: list[str] = []

    def run(self, ledgers: Sequence[Ledger]) -> None:
        for ledger in ledgers:
            try:
                self._run(ledger)
            except StoreError:
                raise
            except IqabenchError as error:
                ledger.fail(error)

    def _run(self, ledger: Ledger) -> None:
        job, files = ledger.job.ship()
        self.jobs.append(ledger.job.name)
        contents = {sha256: path.read_bytes() for sha256, path in files.items()}
        with self._away(contents):
            sessions = [travel(job).open(ModelCache()) for _ in range(2)]
        items = list(ledger.begin(travel(sessions[0].opening)))
        assert ledger.agrees(travel(sessions[1].opening))
        assert len(items) <= max(ledger.job.size, 1)
        for number, item in enumerate(reversed(items)):
            if self._lost(item):
                ledger.fail_item(item, "its process ended")
                continue
            with self._away(contents):
                results = list(sessions[number % 2].run([travel(item)]))
            assert [result.name for result in results] == [item.name]
            ledger.keep(travel(results[0]))

    @contextmanager
    def _away(self, contents: dict[str, bytes]) -> Iterator[None]:
        """Work as another machine does: without the folder, with the files that the job names."""

        def supply(file: RemoteFile) -> bytes:
            if file.sha256 not in contents:
                raise FetchError(f"{file.name} is not given away")
            return contents[file.sha256]

        elsewhere = self._hidden.rename(self._hidden.with_name(f"{self._hidden.name}-hidden"))
        supply_by(supply)
        forget_contents()
        try:
            yield
        finally:
            supply_by(None)
            elsewhere.rename(self._hidden)


def use(monkeypatch: pytest.MonkeyPatch, module: str, executor: TravellingExecutor) -> None:
    """Let a module of `iqabench.run` work on this executor."""

    @contextmanager
    def executor_of(*_: object) -> Iterator[TravellingExecutor]:
        yield executor

    monkeypatch.setattr(f"{module}.executor_of", executor_of)


def values(store: Any) -> list[tuple[Any, ...]]:
    """Return what must be equal in the records of equal work, wherever it was done."""
    with store.connect() as connection:
        answer = connection.execute("SELECT * FROM records ORDER BY key, sample")
        names = [column[0] for column in answer.description]
        rows = answer.fetchall()
    own = {"run", "time", "restore_ms", "versions"}
    return [
        tuple((n, repr(v)) for n, v in zip(names, row, strict=True) if n not in own) for row in rows
    ]
