"""What runs: plan, restore, evaluate, score. Records go to the store; tables are made elsewhere."""

from iqabench.run.evaluate import Outcome, Watch, evaluate
from iqabench.run.plan import Cell, Options, plan
from iqabench.run.score import score_folder
from iqabench.run.targets import Both, Outputs, Targets, targets_of_folder, targets_of_set

__all__ = [
    "Both",
    "Cell",
    "Options",
    "Outcome",
    "Outputs",
    "Targets",
    "Watch",
    "evaluate",
    "plan",
    "score_folder",
    "targets_of_folder",
    "targets_of_set",
]
