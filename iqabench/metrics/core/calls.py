"""Calls of functions that metrics bring along, which may raise anything."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from iqabench.errors import IqabenchError, MetricError

P = ParamSpec("P")
R = TypeVar("R")


def call_metric(name: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what a function of the metric `name` returns.

    Raises: IqabenchError as the function raised it; MetricError in the place of any other exception, a
        lack of memory included, so that one metric cannot end a run.
    """
    try:
        return function(*args, **kwargs)
    except IqabenchError:
        raise
    except Exception as error:
        raise failure(name, error) from error


def failure(name: str, error: Exception) -> IqabenchError:
    """Return the error that stands in a record when a metric raised `error`."""
    if isinstance(error, IqabenchError):
        return error
    message = " ".join(str(error).split())
    return MetricError(f"{name} raised {type(error).__name__}{': ' if message else '.'}{message}")
