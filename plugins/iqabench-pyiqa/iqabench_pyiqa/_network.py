"""Scores of pyiqa: its networks, loaded once, run one at a time, always with the same random numbers."""

import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import MetricWeightsError
from iqabench.images import Image, OutputView
from iqabench_pyiqa._offline import no_network_if_offline

SEED = 123
_one_at_a_time = threading.Lock()
"""Some of pyiqa's networks keep intermediates on themselves, and the seeds belong to the whole process."""


def score(name: str, seen: OutputView) -> float:
    """Return the score of pyiqa's metric of that name, which depends only on the image.

    Raises: MetricWeightsError when pyiqa cannot load the metric.
    """
    with _one_at_a_time:
        network = _load(name, seen.device)
        with torch.inference_mode(), _same_draws(seen.device):
            return float(network(_tensor(seen.output).to(seen.device)).squeeze())


def load_network(name: str) -> None:
    """Load pyiqa's metric of that name, which fetches its weights, before the first image.

    Raises: MetricWeightsError when pyiqa cannot load the metric.
    """
    with _one_at_a_time:
        _load(name, "cpu")


@cache
def _load(name: str, device: str) -> Callable[[Tensor], Tensor]:
    try:
        with no_network_if_offline(), redirect_stdout(sys.stderr):  # it prints, where tables may go
            import pyiqa  # noqa: PLC0415 - it takes seconds

            network: Callable[[Tensor], Tensor] = pyiqa.create_metric(name, device=device)
    except Exception as error:  # whatever a library raises that fetches and reads files
        raise MetricWeightsError(
            f"{name}: pyiqa could not load it ({type(error).__name__}: {error}). pyiqa fetches its own "
            f"weights, into {torch.hub.get_dir()}/pyiqa and the cache of Hugging Face: let it do so once "
            "with the network on (IQABENCH_OFFLINE unset), or copy these folders from another machine."
        ) from error
    return network


def _tensor(image: Image) -> Tensor:
    """Return the image as pyiqa takes it: (H, W, C) in 0..255 to (1, 3, H, W) in 0..1; grey as R = G = B."""
    scaled = (image.astype(np.float32) / np.float32(255)).clip(0, 1)
    coloured = np.broadcast_to(scaled, (*image.shape[:2], 3)).transpose(2, 0, 1)[None].copy()
    return torch.from_numpy(coloured)


@contextmanager
def _same_draws(device: str) -> Iterator[None]:
    """Start all random generators from one seed, and restore them afterwards."""
    python, numpy = random.getstate(), np.random.get_state()
    where = torch.device(device)
    gpus = [where.index or 0] if where.type == "cuda" else []
    with torch.random.fork_rng(devices=gpus):
        random.seed(SEED)
        np.random.seed(SEED)
        torch.manual_seed(SEED)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)
