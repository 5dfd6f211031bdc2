"""The facts of a file that lies elsewhere."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class RemoteFile:
    """A file that a set or a model needs."""

    name: str
    """The name for messages, such as `set5/baby_HR_x4.png`; its last part is the name of the file."""
    url: str | None
    """The address; None where only a person can get the file."""
    sha256: str | None
    """The checksum; None where nobody published one. Such a file is pinned on first download."""
    bytes: int | None
    """The size, where it is known."""
    sha256_prefix: str | None = None
    """The beginning of the checksum, where only that is known: some file names contain it."""
    page: str | None = None
    """The page on which a person finds it."""
    endings: tuple[str, ...] = ()
    """The ends of paths by which a file without a checksum is known, such as low/1.png, the official one
    first; empty where its name is enough."""

    @property
    def basename(self) -> str:
        """The name of the file without its folders."""
        return PurePosixPath(self.name).name

    @property
    def known_by(self) -> tuple[str, ...]:
        """The ends of paths by which the file is known where it has no checksum."""
        return self.endings or (self.basename,)

    @property
    def address(self) -> str:
        """The url, or the page and the name of a file that only a person can get: it names the file's pin."""
        return self.url or f"{self.page or ''}#{self.known_by[0]}"

    @property
    def key(self) -> str:
        """The name of its partial download: the checksum of the file, or that of its url."""
        return self.sha256 or hashlib.sha256((self.url or self.name).encode()).hexdigest()
