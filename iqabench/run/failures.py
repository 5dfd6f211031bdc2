"""The error policy of a run: the errors that fail a sample, and those that end the run."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from iqabench.crashes import Stage, watching_for_crashes
from iqabench.errors import IqabenchError, StoreError
from iqabench.models.core.model import Model

T = TypeVar("T")

ORDINARY = (
    RuntimeError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AssertionError,
    AttributeError,
    NotImplementedError,
    OSError,
)
"""The errors in the code of a model or metric that fail only the sample; interrupts are not among them."""


def watching_model(
    stage: Stage, model: Model, about: str, *, isolated: bool = True
) -> AbstractContextManager[None]:
    """Watch a loaded model for crashes; see `watching_for_crashes`."""
    identity = f"{model.card.id} {model.hash}"
    return watching_for_crashes(stage, model.card.id, about, identity, isolated=isolated)


def attempt(work: Callable[[], T], who: str) -> tuple[T | None, str]:
    """Return the result of the work and an empty text, or None and the reason; `who` did the work.

    Raises: StoreError, because records are lost without a store.
    """
    try:
        return work(), ""
    except StoreError:
        raise
    except IqabenchError as error:
        return None, str(error)
    except ORDINARY as error:
        first_line = (str(error).splitlines() or [""])[0]
        return None, f"{who} raised {type(error).__name__}: {first_line}"
