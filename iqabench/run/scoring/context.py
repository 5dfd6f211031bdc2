"""The context of scoring: the store, and what is told and counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from iqabench.run.outcome import Outcome
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.run.scoring.candidates import OpenCandidate
from iqabench.run.threads import CellKey, find_finished
from iqabench.store import Store, Writer


@dataclass(frozen=True)
class ScoringContext:
    """The store, the writer, and the outcome of scoring."""

    store: Store
    writer: Writer
    outcome: Outcome
    watch: Watch = UNWATCHED
    force: bool = False
    """True to score images again that have a record."""

    def finished(
        self, candidate: OpenCandidate, cells: Iterable[CellKey], threads: int
    ) -> set[tuple[str, str]]:
        """Return the pairs of key and sample that have a value; none when all are scored again.

        Raises: StoreError when records cannot be read or stored.
        """
        if self.force:
            return set()
        return find_finished(
            self.store, self.writer, cells, takes_over=candidate.counts_old, threads=threads
        )
