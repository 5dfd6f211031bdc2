"""The error policy of a run: what costs a sample, what costs a cell, and what ends everything."""

from collections.abc import Callable
from typing import TypeVar

from iqabench.errors import IqabenchError, StoreError

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
"""Errors of a model's own code: they cost the sample. Interrupts and the end of memory are none of them."""


def attempt(work: Callable[[], T], who: str) -> tuple[T | None, str]:
    """Return what the work gives, or the reason why it gave nothing.

    Raises: StoreError, for without a store nothing is safe.
    """
    try:
        return work(), ""
    except StoreError:
        raise
    except IqabenchError as error:
        return None, str(error)
    except ORDINARY as error:
        first = (str(error).splitlines() or [""])[0]
        return None, f"{who} raised {type(error).__name__}: {first}"
