"""The facts that `datasets.yaml` declares of a group: sets that papers put into one table."""

from typing import Annotated

from pydantic import Field, model_validator

from iqabench.facts import Facts

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Address = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
"""The name of a set, with a level where it has levels, as in cbsd68_n25."""


class GroupFacts(Facts):
    """The declaration of a group of sets."""

    name: Name
    title: str
    sets: tuple[Address, ...] = Field(min_length=2)
    """The sets, in the order of the tables."""
    protocol: str
    """The protocol of a metric that is named without one; it stands in for the default of each set."""
    source: str
    """The publication that puts these sets together."""
    notes: str = ""

    @model_validator(mode="after")
    def _check_sets(self) -> "GroupFacts":
        twice = next((name for name in self.sets if self.sets.count(name) > 1), None)
        if twice:
            raise ValueError(f"the set {twice} is named twice, and a mean would count it twice")
        return self
