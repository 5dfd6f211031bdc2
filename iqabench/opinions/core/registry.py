"""The registry of sets of opinions."""

from collections.abc import Callable, Iterable
from typing import TypedDict, Unpack

from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Better, Opinion, OpinionSet
from iqabench.registry import Registry, origin_of

Reader = Callable[[Folder], Iterable[Opinion]]

_registry: Registry[OpinionSet] = Registry(
    "set of opinions", "iqabench.opinions", "iqabench.opinions"
)


class OpinionSetFacts(TypedDict):
    """The facts that a reader is registered with; see `OpinionSet`."""

    title: str
    scale: str
    better: Better
    size: int
    has_references: bool
    site: str
    source: str
    files: tuple[tuple[str, str], ...]


def opinion_sets() -> Registry[OpinionSet]:
    """Return the registry of all sets of opinions."""
    return _registry


def opinion_set(**facts: Unpack[OpinionSetFacts]) -> Callable[[Reader], Reader]:
    """Register the decorated function as the reader of the set of its own name."""

    def register(read: Reader) -> Reader:
        part = OpinionSet(name=read.__name__, read=read, **facts)
        _registry.add(part.name, part, origin_of(read))
        return read

    return register
