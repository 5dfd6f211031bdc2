"""Parameters that the authors of metrics fitted to images of theirs."""

from collections.abc import Sequence
from pathlib import Path

from iqabench.errors import FetchError, MetricWeightsError
from iqabench.files import RemoteFile
from iqabench.files.fetch import fetch


def fitted(files: Sequence[RemoteFile], owner: str) -> list[Path]:
    """Where those files are, fetched if need be. `owner`: the metric that needs them, for messages.

    Raises: MetricWeightsError when one of them can be had nowhere.
    """
    try:
        found = fetch(files, owner=owner)
    except FetchError as error:
        raise MetricWeightsError(f"{owner} needs what its authors fitted. {error}") from error
    return [found[file] for file in files]
