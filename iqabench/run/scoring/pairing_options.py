"""The options by which outputs find their targets."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class PairingOptions:
    """The options by which outputs find their targets."""

    pairs: Path | None = None
    """A CSV file with the header `output,target` that says which belong together; None to go by names."""
    many: bool = False
    """True when several outputs may belong to one target."""
    recursive: bool = False
    """True to read folders below as well."""
    allow_missing: bool = False
    """True to compute columns over the whole set of the outputs that there are."""


BY_NAME = PairingOptions()
"""The default: one output for a target, by name."""
