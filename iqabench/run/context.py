"""The context of a run: everything that its cells share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from iqabench.run.plan import Options
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.store import Store


@dataclass(frozen=True)
class RunContext:
    """The store, the options and the device of a run, and what was found out before its first image."""

    store: Store
    options: Options
    device: str
    """The device, as torch names it."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """The metrics that lack weights or a package here, with the reason."""
    shared_sets: frozenset[str] = frozenset()
    """The addresses of the sets that several models restore."""
    watch: Watch = UNWATCHED
