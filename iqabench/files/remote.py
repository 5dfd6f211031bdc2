"""A file that lies elsewhere, and what is known of it."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class RemoteFile:
    """A file that a set or a model needs."""

    name: str
    """What messages call it, such as `set5/baby_HR_x4.png`; its last part is the file's name."""
    url: str | None
    """Where it can be had; None where only a person can get it."""
    sha256: str | None
    """Its checksum; None where nobody published one. Such a file is pinned on first download."""
    bytes: int | None
    """Its size, where known."""
    sha256_prefix: str | None = None
    """The beginning of the checksum, where only that is known: some file names carry it."""
    page: str | None = None
    """The page on which a person finds it."""

    @property
    def basename(self) -> str:
        """The file's own name."""
        return PurePosixPath(self.name).name

    @property
    def key(self) -> str:
        """What its partial download is called: the checksum, or that of its url."""
        return self.sha256 or hashlib.sha256((self.url or self.name).encode()).hexdigest()
