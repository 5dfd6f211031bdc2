"""The folding of features into one summary, as they come.

A metric takes its features as an iterator, so that it may keep only sums of them. Here they come one by one
from elsewhere; so a thread of its own reads them for the metric.
"""

from collections.abc import Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any

from iqabench.errors import IqabenchError
from iqabench.metrics.core.calls import failure
from iqabench.metrics.core.set_metric import SetMetric

_END = object()


class Gathering:
    """The summary of features that are added one by one."""

    def __init__(self, metric: SetMetric) -> None:
        self._metric = metric
        self._features: SimpleQueue[Any] = SimpleQueue()
        self._summary: Any = None
        self._error: IqabenchError | None = None
        self._thread = Thread(target=self._gather, name=f"gather {metric.name}", daemon=True)
        self._thread.start()

    def add(self, features: Any) -> None:
        """Add the features of the next image."""
        self._features.put(features)

    def end(self) -> Any:
        """Return the summary of all features.

        Raises: IqabenchError when the metric cannot make it.
        """
        self._features.put(_END)
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._summary

    def _gather(self) -> None:
        try:
            self._summary = self._metric.gather(self._in_order())
        except Exception as error:  # noqa: BLE001 - it is raised again by `end`
            self._error = failure(self._metric.name, error)

    def _in_order(self) -> Iterator[Any]:
        while (features := self._features.get()) is not _END:
            yield features
