"""The images of one side of a column on the driver, which puts their features into order and folds them."""

from collections.abc import Callable
from typing import Any

from iqabench.errors import IqabenchError
from iqabench.run.executors.job import JobItem
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.run.scoring.features.gathering import Gathering
from iqabench.run.scoring.features.job import FeatureJob, FeatureOpening, FeatureResult


class FeatureLedger:
    """One side of a column over a whole set: the summary of its features, once all have come.

    Features are folded in the order of the images, so that the digits do not depend on the order in which
    workers send them; only those that come too early wait in memory.
    """

    def __init__(self, job: FeatureJob, watch: Watch = UNWATCHED) -> None:
        self.job = job
        self.is_wanted: Callable[[], bool] = lambda: True
        """The function that says, when the job begins, whether anything still needs its features."""
        self.when_done: list[Callable[[], None]] = []
        """The functions that are called when the summary is there, or there is none."""
        self.is_done = False
        self.summary: Any = None
        self.error = ""
        """The reason why there is no summary."""
        self._watch = watch
        self._places = {name: place for place, name in enumerate(job.names)}
        self._early: dict[int, Any] = {}
        """The features whose turn has not come."""
        self._errors: dict[int, str] = {}
        self._next = self._received = 0
        self._gathering: Gathering | None = None
        self._opening: FeatureOpening | None = None

    def begin(self, opening: FeatureOpening) -> list[JobItem]:
        """Return all images; see `executors.job`."""
        self._opening = opening
        if not self.is_wanted():
            return []
        self._watch(self.job.name, 0, self.job.size)
        self._gathering = Gathering(self.job.column.metric)
        if not self.job.names:
            self._end()
        return [JobItem(name) for name in self.job.names]

    def agrees(self, opening: FeatureOpening) -> bool:
        """Return whether another worker computes with as many threads."""
        return self._opening == opening

    def keep(self, result: FeatureResult) -> None:
        """Fold the features of an image when it is its turn; see `executors.job`."""
        assert self._gathering is not None
        place = self._places[result.name]
        self._received += 1
        if result.error:
            self._errors[place] = result.error
        elif not self._errors:
            self._early[place] = result.features
        while self._next in self._early:
            self._gathering.add(self._early.pop(self._next))
            self._next += 1
        self._watch(self.job.name, self._received, self.job.size)
        if self._received == self.job.size:
            self._end()

    def fail_item(self, item: JobItem, reason: str) -> None:
        """Note that an image has no features, so that there is no summary; see `executors.job`."""
        self.keep(FeatureResult(item.name, None, f"{item.name}: {reason}"))

    def fail(self, error: IqabenchError) -> None:
        """Note that there is no summary."""
        self.error = str(error)
        self._settle()

    def _end(self) -> None:
        assert self._gathering is not None
        try:
            self.summary = self._gathering.end()
        except IqabenchError as error:
            self.error = str(error)
        if self._errors:
            self.error = self._errors[min(self._errors)]
        self._settle()

    def _settle(self) -> None:
        self.is_done = True
        self._early.clear()
        for call in self.when_done:
            call()
