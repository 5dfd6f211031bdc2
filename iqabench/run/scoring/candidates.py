"""The candidates of one set. A candidate is a set of outputs with a name: a folder, or saved outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from iqabench.metrics import AnyColumn, Column, SetColumn
from iqabench.run.records import Origin, RecordMaker
from iqabench.run.scoring.sources import ImageSource
from iqabench.run.threads import CellKey


@dataclass(frozen=True)
class CandidateFacts:
    """The outputs of one model, to be scored; they travel."""

    origin: Origin
    """The origin of the outputs, for records."""
    read: ImageSource
    """The function that reads the output of a sample."""
    columns: Sequence[AnyColumn]
    """The columns, not yet bound to their references."""
    files: Sequence[str] = ()
    """The names of all outputs, where columns over the whole set take them without pairs."""
    read_file: ImageSource | None = None
    """The function that reads one of `files`; None where columns over the whole set take samples."""
    saved: bool = False
    """True for outputs that a run saved."""


@dataclass(frozen=True)
class OpenCandidate:
    """A candidate whose columns are bound to their references."""

    maker: RecordMaker
    """The maker of its records."""
    all_columns: Sequence[AnyColumn]
    subset: str
    """The identity of the samples, where they are not all of the set."""
    counts_old: bool
    """True where records of version 0.1 count: for outputs that as many threads made."""

    @classmethod
    def of(
        cls, facts: CandidateFacts, maker: RecordMaker, columns: Sequence[AnyColumn], subset: str
    ) -> "OpenCandidate":
        """Return the candidate with its bound columns."""
        counts_old = not facts.saved or facts.origin.threads == torch.get_num_threads()
        return cls(maker, columns, subset, counts_old)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns with a value for each image."""
        return [column for column in self.all_columns if isinstance(column, Column)]

    @cached_property
    def set_columns(self) -> list[SetColumn]:
        """The columns with a value for the whole set."""
        return [column for column in self.all_columns if isinstance(column, SetColumn)]

    @cached_property
    def cells(self) -> list[CellKey]:
        """The keys of its columns of single images."""
        return [CellKey.of(self.maker, column) for column in self.columns]

    @cached_property
    def set_cells(self) -> list[CellKey]:
        """The keys of its columns over the whole set."""
        return [CellKey.of(self.maker, column, subset=self.subset) for column in self.set_columns]

    @property
    def model(self) -> str:
        """The name of the model in the records."""
        return self.maker.origin.model
