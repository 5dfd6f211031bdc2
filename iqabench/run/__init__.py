"""What runs: plan, restore, evaluate, score. Records go to the store; tables are made elsewhere."""

from iqabench.run.evaluate import evaluate
from iqabench.run.outcome import Failure, Outcome, Watch
from iqabench.run.plan import Cell, Options, plan
from iqabench.run.scoring.outputs import Both, Outputs
from iqabench.run.scoring.score import has_kept_runs, score_folder, score_kept
from iqabench.run.scoring.targets import (
    Targets,
    no_targets,
    targets_of_folder,
    targets_of_set,
    with_inputs,
)

__all__ = [
    "Both",
    "Cell",
    "Failure",
    "Options",
    "Outcome",
    "Outputs",
    "Targets",
    "Watch",
    "evaluate",
    "has_kept_runs",
    "no_targets",
    "plan",
    "score_folder",
    "score_kept",
    "targets_of_folder",
    "targets_of_set",
    "with_inputs",
]
