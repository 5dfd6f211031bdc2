"""The explanation of a claimed PSNR: known ways of computing it are tried on the images themselves."""

from iqabench.explain.claim import Claim, parse_claim
from iqabench.explain.explanation import Explanation, explain
from iqabench.explain.input_consistency import inputs_in_words
from iqabench.explain.measurement import ReadingFigures
from iqabench.explain.reading import READINGS, Reading
from iqabench.explain.verdict import Answer, describe, in_words, worth_telling

__all__ = [
    "READINGS",
    "Answer",
    "Claim",
    "Explanation",
    "Reading",
    "ReadingFigures",
    "describe",
    "explain",
    "in_words",
    "inputs_in_words",
    "parse_claim",
    "worth_telling",
]
