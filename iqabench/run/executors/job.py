"""Jobs and their results: the interface between commands and executors.

    job = ...                                 # what to do; it travels to a worker
    session = job.open(models)                # on the worker: the model is loaded
    items = ledger.begin(session.opening)     # on the driver: what lacks a record
    for result in session.run(items):         # on the worker
        ledger.keep(result)                   # on the driver, the only writer of the store

An executor decides where sessions run. It knows nothing of models, images and records; a job knows nothing of
workers. A command makes one ledger for each job and gives all of them to an executor.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

from iqabench import errors
from iqabench.errors import IqabenchError
from iqabench.run.model_cache import ModelCache


class JobItem(NamedTuple):
    """One piece of a job, done as a whole or not at all: usually one sample."""

    name: str
    details: Any = None
    """Facts that only the kind of the job knows; they are pickled."""


class ItemResult(Protocol):
    """The result of one item; it is pickled on its way to the driver."""

    @property
    def name(self) -> str:
        """The name of the item."""


class Session(Protocol):
    """A job that is open on a worker, with its model loaded."""

    @property
    def opening(self) -> Any:
        """The facts that the driver needs to choose items; they are pickled."""

    def run(self, items: Sequence[JobItem]) -> Iterator[ItemResult]:
        """Yield one result for each item, in order; an item that fails does not stop the others."""


@runtime_checkable
class TwoStageSession(Session, Protocol):
    """A session whose items are restored here and may be scored on another worker.

    Its opening has an attribute `scorer`, a RestoredScorer.
    """

    def restore(self, items: Sequence[JobItem]) -> Iterator[Any]:
        """Yield what is restored of each item, in order; it is pickled."""


class RestoredScorer(Protocol):
    """The second stage of a job; it is pickled, and needs no model."""

    def finish(self, item: JobItem, restored: Any) -> ItemResult:
        """Return the result of an item that was restored."""


class Job(Protocol):
    """A description of work that shares one loaded model; it is pickled."""

    @property
    def name(self) -> str:
        """The name for messages, such as `rlfn on Set14 x4`."""

    @property
    def model(self) -> str:
        """The identity of what is loaded: jobs with the same one go to the same worker."""

    @property
    def size(self) -> int:
        """The number of its items, those with a record included."""

    def open(self, models: ModelCache) -> Session:
        """Load what the job needs, and return its session.

        Raises: IqabenchError when that fails.
        """

    @property
    def trusts(self) -> bool:
        """True where the user has consented to code that files and folders bring."""

    def ship(self) -> "Shipment":
        """Return the job as it is sent to other machines: files by their content, not by their path.

        Raises: IqabenchError when something of it cannot travel.
        """


class Shipment(NamedTuple):
    """A job that travels, and the files that it may ask for."""

    job: Job
    files: Mapping[str, Path]
    """The files by their checksums, where they lie on the driver."""


class Refusal(NamedTuple):
    """The reason why a job could not be opened; errors themselves are not pickled."""

    kind: str
    """The name of the class of the error."""
    text: str

    @classmethod
    def of(cls, error: IqabenchError) -> "Refusal":
        """Return the refusal that an error stands for."""
        return cls(type(error).__name__, str(error))

    def as_error(self) -> IqabenchError:
        """Return the error again."""
        kind = getattr(errors, self.kind, IqabenchError)
        error: IqabenchError = kind.__new__(
            kind, self.text
        )  # its __init__ may take other arguments
        return error


class Ledger(Protocol):
    """The driver's side of one job: the choice of its items, and the keeping of their results."""

    @property
    def job(self) -> Job:
        """The job."""

    def begin(self, opening: Any) -> Sequence[JobItem]:
        """Return the items that lack a record. It is called once.

        Raises: IqabenchError when the job cannot be done; StoreError when records cannot be read or written.
        """

    def agrees(self, opening: Any) -> bool:
        """Return whether another worker's opening means the same values as the first one's."""

    def keep(self, result: Any) -> None:
        """Store the result of an item.

        Raises: StoreError when it cannot be stored.
        """

    def fail_item(self, item: JobItem, reason: str) -> None:
        """Store the failure of an item that no worker could finish.

        Raises: StoreError when it cannot be stored.
        """

    def fail(self, error: IqabenchError) -> None:
        """Note that the whole job, or what is left of it, could not be done."""


class Executor(Protocol):
    """A place where jobs are done."""

    @property
    def device(self) -> str:
        """The device of models, as torch names it there."""

    def run(self, ledgers: Sequence[Ledger]) -> None:
        """Do the jobs of all ledgers.

        Raises: StoreError when results cannot be stored; ExecutorError when there is nowhere to run.
        """
