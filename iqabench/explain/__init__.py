"""The explanation of a claimed figure: known ways of computing it are tried on the images themselves."""

from iqabench.explain.claim import Claim, parse_claim
from iqabench.explain.damage import Finding
from iqabench.explain.effect import effect
from iqabench.explain.explanation import Explanation, explain
from iqabench.explain.figures import ReadingFigures
from iqabench.explain.hints import Hint, hints
from iqabench.explain.other_metrics import (
    MetricExplanation,
    explain_metric,
    metric_in_words,
    parse_metric_claim,
)
from iqabench.explain.reading import HABITS, Reading, readings
from iqabench.explain.verdict import Answer, worth_telling
from iqabench.explain.words import describe, ensemble_is_told, in_words, told

__all__ = [
    "HABITS",
    "Answer",
    "Claim",
    "Explanation",
    "Finding",
    "Hint",
    "MetricExplanation",
    "Reading",
    "ReadingFigures",
    "describe",
    "effect",
    "ensemble_is_told",
    "explain",
    "explain_metric",
    "hints",
    "in_words",
    "metric_in_words",
    "parse_claim",
    "parse_metric_claim",
    "readings",
    "told",
    "worth_telling",
]
