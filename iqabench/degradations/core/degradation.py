"""What a degradation is: a function and the facts that stand beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from iqabench.images import Image
from iqabench.registry import Registry, origin_of

Function = TypeVar("Function", bound=Callable[..., Image])


@dataclass(frozen=True)
class Degradation:
    """A registered degradation; called with a target and keywords it gives the input."""

    name: str
    """Function, file and command-line name."""
    function: Callable[..., Image]
    title: str
    strength: str
    """The keyword that says how strong it is."""
    unit_of_strength: str
    usual: tuple[float, ...]
    """Strengths that the literature uses, mild to strong."""
    source: str
    """Where it is defined."""
    version: int
    """Raised whenever the pixels change; old records keep theirs."""
    random: bool
    """Whether it draws numbers: applied to an output, it says nothing of how that fits its input."""

    def __call__(self, image: Image, **keywords: Any) -> Image:
        """The degraded image."""
        return self.function(image, **keywords)


_registry: Registry[Degradation] = Registry(
    "degradation", "iqabench.degradations", "iqabench.degradations"
)


def degradations() -> Registry[Degradation]:
    """All degradations by name."""
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
