"""The facts of sets that a person hands over: how folders are laid out, and what tells versions apart."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from iqabench.facts import Facts
from iqabench.tasks import RoleName

_PLACEHOLDER = re.compile(r"\{(\w+)")
SIZE = r"^[1-9]\d*x[1-9]\d*$"


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Patterns = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
"""One pattern of paths or several, of which a file fits any: test/{clip}/blur/{frame}.png."""


class ListFacts(Facts):
    """Files of the set that list its samples, one on each line."""

    files: tuple[str, ...] = Field(min_length=1)
    """The names of the lists; their columns stand side by side: a text has paths between spaces, an array of
    NumPy one path on each line."""
    roles: tuple[RoleName, ...] = Field(min_length=1)
    """The role of each column."""
    renamed: dict[str, str] = Field(default_factory=dict)
    """Names of folders or files that lists and copies of the set write differently: either stands for the
    other."""


class LayoutFacts(Facts):
    """One way in which the files of a set lie in folders: the official one, or that of a repack.

    Files are known by the ends of their paths. A placeholder such as {clip} stands for any text within one
    name, as short as possible, and {frame:[0-9]+9} for one that fits a regular expression; {level} is the
    level with underscores in place of dashes, and {strength} its number. The role that is declared first
    leads: the values of its placeholders make the paths of the other roles and the name of the sample.
    """

    name: str
    """The name in messages, as in official."""
    parts: dict[RoleName, Patterns]
    sample: str = ""
    """The name of a sample; empty for the values of the placeholders, joined by underscores."""
    list: ListFacts | None = None
    """The lists of the samples, where the folders hold others too."""
    ordered: bool = False
    """True when files belong together by their order, whatever their names: the first of each role makes the
    first sample, and the role that leads names it."""
    levels: tuple[str, ...] = ()
    """The levels that are laid out so; empty for all levels of the set."""

    @property
    def lead(self) -> str:
        """The role whose files are looked for first."""
        return next(iter(self.parts))

    @model_validator(mode="after")
    def _check_placeholders(self) -> "LayoutFacts":
        if not self.parts:
            raise ValueError("expected a pattern for at least one role")
        given = {"level", "strength"}
        known = given.union(*(_PLACEHOLDER.findall(text) for text in self.parts[self.lead]))
        listed = tuple(self.parts) if self.ordered else self.list.roles if self.list else ()
        bound = [role for role in self.parts if role != self.lead and role not in listed]
        others = [text for role in bound for text in self.parts[role]]
        for text in (*others, self.sample):
            if strange := set(_PLACEHOLDER.findall(text)) - known:
                raise ValueError(f"'{text}' has {{{min(strange)}}}, which no {self.lead} has")
        if self.list is not None and self.ordered:
            raise ValueError("expected either a list or ordered, not both")
        if self.list is not None and self.lead not in self.list.roles:
            raise ValueError(f"the list has no column of the role {self.lead}, which leads")
        return self


class VersionFacts(Facts):
    """Another version of a set, which is not taken for it."""

    title: str
    """The version in messages, as in "JORDER's list of 200 images"."""
    samples: int | None = None
    """The number of its samples."""
    image_size: str | None = Field(default=None, pattern=SIZE)
    """The width and the height of its images."""
    scale: int | None = None
    """The size of its targets divided by that of its inputs."""

    @model_validator(mode="after")
    def _check_mark(self) -> "VersionFacts":
        if self.samples is None and self.image_size is None and self.scale is None:
            raise ValueError("expected samples, image_size or scale, by which it is known")
        return self
