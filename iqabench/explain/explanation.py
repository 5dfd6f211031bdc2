"""The explanation of a claim, from a folder of outputs and their targets."""

from dataclasses import dataclass
from pathlib import Path

from iqabench.errors import ImageError
from iqabench.explain.claim import Claim
from iqabench.explain.input_consistency import consistency, inconsistency
from iqabench.explain.measurement import mean_figures, measure
from iqabench.explain.verdict import Answer, answer
from iqabench.images import Image
from iqabench.pairing import Pairing
from iqabench.run import OutputPair, Outputs, PairingOptions, Targets, Watch


@dataclass(frozen=True)
class Explanation:
    """All readings beside the claim, with the consistency of the inputs."""

    answers: list[Answer]
    """All readings beside the claim, those that give it first."""
    inputs: dict[str, float]
    """Consistency in dB under each resize."""
    failures: list[str]
    """Pairs that could not be compared, with the reason."""
    pairing: Pairing


def explain(
    outputs: Path,
    targets: Targets,
    claim: Claim,
    watch: Watch = lambda *_: None,
    *,
    options: PairingOptions | None = None,
) -> Explanation:
    """Compute every reading of a folder of outputs, and compare it with the claim.

    Raises: PairingError when no output has a target; ImageError when no pair can be compared.
    """
    scale = targets.subject.scale
    pairs = Outputs(outputs, targets, options or PairingOptions())
    measured, inputs = [], []
    failures: list[str] = []
    names = list(pairs.pairing.pairs)
    for at, both in enumerate(pairs.pairs(names)):
        try:
            output, target = _images(both)
            measured.append(measure(output, target, scale, ssim=claim.ssim is not None))
            inputs.append(inconsistency(output, target, scale))
        except ImageError as error:
            failures.append(f"{both.sample}: {error}")
        watch(f"readings of {outputs.name}", at + 1, len(names))
    if not measured:
        raise ImageError(f"no pair can be compared. {failures[0]}")
    return Explanation(
        answer(claim, mean_figures(measured)), consistency(inputs), failures, pairs.pairing
    )


def _images(both: OutputPair) -> tuple[Image, Image]:
    if both.output is None or both.target is None:
        raise ImageError(both.error)
    return both.output, both.target
