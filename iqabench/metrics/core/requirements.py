"""The files that a metric needs beside its code, such as trained weights and fitted parameters."""

from collections.abc import Callable, Sequence
from pathlib import Path

from iqabench.errors import FetchError, MetricWeightsError
from iqabench.files import RemoteFile
from iqabench.files.fetch import fetch

Requirement = Callable[[str], object]
"""Finds or fetches what the metric of the given name needs; raises MetricWeightsError when it cannot."""


def find_files(
    files: Sequence[RemoteFile],
    metric: str,
    contents: str = "what its authors fitted",
    advice: str = "",
) -> list[Path]:
    """Return the paths of the files, in their order, after fetching those that are not in the cache.

    `metric` is the name of the metric that needs them, `contents` says what they hold, and `advice` is
    added to the message when they cannot be found.

    Raises: MetricWeightsError when a file is in no mirror and cannot be downloaded.
    """
    try:
        paths = fetch(files, owner=metric)
    except FetchError as error:
        raise missing(metric, contents, error, advice) from error
    return [paths[file] for file in files]


def missing(metric: str, contents: str, error: FetchError, advice: str = "") -> MetricWeightsError:
    """Return the error for a metric whose files cannot be found."""
    return MetricWeightsError(f"{metric} needs {contents}. {error} {advice}".rstrip())


def require(metric: str, files: Sequence[RemoteFile], requirement: Requirement | None) -> None:
    """Find or fetch everything that a metric needs: by its `requirement`, or else every file of `files`.

    Raises: MetricWeightsError when something cannot be found.
    """
    if requirement:
        requirement(metric)
    elif files:
        find_files(files, metric)
