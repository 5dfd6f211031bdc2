"""A degradation: a function and the facts beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from iqabench.images import Image
from iqabench.registry import Registry, origin_of

Function = TypeVar("Function", bound=Callable[..., Image])


@dataclass(frozen=True)
class Degradation:
    """A registered degradation: a call with a target and keywords returns the input."""

    name: str
    """The name of the function, of its file, and on the command line."""
    function: Callable[..., Image]
    title: str
    strength: str
    """The keyword of its strength."""
    unit_of_strength: str
    usual: tuple[float, ...]
    """Strengths that the literature uses, from mild to strong."""
    source: str
    """The publication or program that defines it."""
    version: int
    """A number that is raised whenever the pixels change; old records keep theirs."""
    random: bool
    """True when it draws random numbers: an output degraded by it cannot be compared with the input."""

    def __call__(self, image: Image, **keywords: Any) -> Image:
        """Return the degraded image."""
        return self.function(image, **keywords)


_registry: Registry[Degradation] = Registry(
    "degradation", "iqabench.degradations", "iqabench.degradations"
)


def degradations() -> Registry[Degradation]:
    """Return the registry of all degradations."""
    return _registry


def degradation(
    *,
    title: str,
    strength: str,
    unit_of_strength: str,
    usual: tuple[float, ...],
    source: str,
    version: int = 1,
    random: bool = False,
) -> Callable[[Function], Function]:
    """Register the decorated function as the degradation of its own name."""

    def register(function: Function) -> Function:
        name = function.__name__
        part = Degradation(
            name, function, title, strength, unit_of_strength, usual, source, version, random
        )
        _registry.add(name, part, origin_of(function))
        return function

    return register
