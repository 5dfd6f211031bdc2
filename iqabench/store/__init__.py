"""Records and the store that keeps them. No torch here: a report is made on any machine."""

from iqabench.store.crops import CropFolder, file_name
from iqabench.store.outputs import OutputFolder, Provenance, kept_runs
from iqabench.store.record import (
    FIELDS,
    NO_SAMPLE,
    WHOLE_SET,
    Record,
    Status,
    content_key,
    without_seed,
)
from iqabench.store.store import Store
from iqabench.store.tables import create_table
from iqabench.store.writer import Writer

__all__ = [
    "FIELDS",
    "NO_SAMPLE",
    "WHOLE_SET",
    "CropFolder",
    "OutputFolder",
    "Provenance",
    "Record",
    "Status",
    "Store",
    "Writer",
    "content_key",
    "create_table",
    "file_name",
    "kept_runs",
    "without_seed",
]
