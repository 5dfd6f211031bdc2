"""The executor in this process: jobs run one after the other, and every result is kept at once."""

from collections.abc import Sequence

from iqabench.errors import IqabenchError, StoreError
from iqabench.run.executors.job import Ledger
from iqabench.run.model_cache import ModelCache


class LocalExecutor:
    """The executor in this process, on one device; it keeps one model in memory."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._models = ModelCache()

    def run(self, ledgers: Sequence[Ledger]) -> None:
        """Do the jobs in order; one that cannot be opened costs only itself.

        Raises: StoreError when results cannot be stored.
        """
        for ledger in ledgers:
            try:
                session = ledger.job.open(self._models)
                items = ledger.begin(session.opening)
            except StoreError:
                raise
            except IqabenchError as error:
                ledger.fail(error)
                continue
            if items:
                for result in session.run(items):
                    ledger.keep(result)
