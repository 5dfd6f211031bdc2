"""The decoded samples that models share: those of a set stay in memory while another model will want them.

Models run one after the other over the same sets, so the samples that came first are met again first. They
are kept, and what does not fit is decoded again: a cache that forgot the oldest ones would have forgotten
each sample of a large set just before it is wanted.
"""

import threading

import numpy as np
import psutil

from iqabench.protocol import Domain
from iqabench.samples import Sample
from iqabench.sets import SampleRef

SHARE = 1 / 20
"""The share of the free memory that samples may take, measured when the first one is kept."""


class SampleCache:
    """A cache of decoded samples; safe to use from several threads."""

    def __init__(self, most_bytes: int | None = None) -> None:
        """Make an empty cache; without `most_bytes` it takes a twentieth of the free memory."""
        self._most_bytes = most_bytes
        self._bytes = 0
        self._samples: dict[tuple[str, str, Domain], Sample] = {}
        self._lock = threading.Lock()

    def load(self, set_hash: str, reference: SampleRef, domain: Domain) -> Sample:
        """Return a sample of the set with this hash, decoded unless it was kept; its parts are shared.

        Raises: ImageError, SetError: as `SampleRef.load`.
        """
        key = (set_hash, reference.name, domain)
        sample = self._samples.get(key)
        if sample is None:
            sample = reference.load(domain)
            self._keep(key, sample)
        return sample

    def _keep(self, key: tuple[str, str, Domain], sample: Sample) -> None:
        parts = sample.parts.values()
        if any(not np.issubdtype(part.dtype, np.integer) for part in parts):
            return  # a network may write into floats that it gets, but whole numbers are always converted
        size = sum(part.nbytes for part in parts)
        with self._lock:
            if self._most_bytes is None:
                self._most_bytes = int(psutil.virtual_memory().available * SHARE)
            if key not in self._samples and self._bytes + size <= self._most_bytes:
                self._samples[key] = sample
                self._bytes += size
