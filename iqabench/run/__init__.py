"""The runs: planning, restoring and scoring. Their results are records in the store."""

from iqabench.run.evaluate import evaluate
from iqabench.run.executors.placement import Placement
from iqabench.run.outcome import Failure, Outcome
from iqabench.run.plan import Cell, Options, plan
from iqabench.run.progress import UNWATCHED, Watch, announce
from iqabench.run.scoring.clips import holds_clips, score_clips
from iqabench.run.scoring.outputs import OutputPair, Outputs
from iqabench.run.scoring.pairing_options import BY_NAME, PairingOptions
from iqabench.run.scoring.score import has_saved_outputs, score_folder, score_saved_outputs
from iqabench.run.scoring.targets import (
    Targets,
    no_targets,
    targets_for_many,
    targets_of_folder,
    targets_of_set,
    with_inputs,
    with_parts,
)

__all__ = [
    "BY_NAME",
    "UNWATCHED",
    "Cell",
    "Failure",
    "Options",
    "Outcome",
    "OutputPair",
    "Outputs",
    "PairingOptions",
    "Placement",
    "Targets",
    "Watch",
    "announce",
    "evaluate",
    "has_saved_outputs",
    "holds_clips",
    "no_targets",
    "plan",
    "score_clips",
    "score_folder",
    "score_saved_outputs",
    "targets_for_many",
    "targets_of_folder",
    "targets_of_set",
    "with_inputs",
    "with_parts",
]
