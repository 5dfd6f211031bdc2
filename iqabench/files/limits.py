"""The limits of a transfer: how long a server is waited for, and how often it is tried.

`IQABENCH_TIMEOUT`, in seconds, takes the place of the two limits of silence.
"""

import os
from dataclasses import dataclass, replace

from iqabench.errors import UsageError


@dataclass(frozen=True)
class Limits:
    """The limits of the transfer of one file."""

    connect_s: float = 15.0
    """Seconds until a server must have accepted a connection."""
    silence_s: float = 20.0
    """Seconds in which at least `least_bytes` must arrive; with fewer the transfer has stalled."""
    least_bytes: int = 4096
    """The least number of bytes in that time, unless the file ends."""
    pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
    """Seconds between tries that brought nothing new; there is one more such try than pauses."""
    stalls: int = 3
    """The number of times that a transfer may stall, whatever it brought before."""
    tries: int = 50
    """The number of tries in all. One that brought new bytes does not count among those that brought nothing,
    so that a bad line delays a large file but does not lose it."""
    wait_s: float = 120.0
    """The longest time that a server may ask to be waited for (Retry-After)."""


def limits_of_environment() -> Limits:
    """Return the limits, with the user's own for silence.

    Raises: UsageError when `IQABENCH_TIMEOUT` is not a positive number.
    """
    text = os.environ.get("IQABENCH_TIMEOUT", "").strip()
    if not text:
        return Limits()
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(
            f"IQABENCH_TIMEOUT is '{text}'; expected a number of seconds above 0, such as 20."
        )
    return replace(Limits(), connect_s=min(seconds, Limits.connect_s), silence_s=seconds)
