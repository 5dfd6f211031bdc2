"""ARNIQA."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Distortion manifold, KonIQ-10k (pyiqa, non-commercial)",
    better="higher",
    min_size=16,
    colour=True,
    tolerance=0.01,
    source="Agnolucci et al., ARNIQA: learning distortion manifold for image quality assessment, "
    "WACV 2024",
    cost=6600,
    network=True,
    requirement=load_network,
)
def arniqa(seen: OutputView) -> float:
    """Return the opinion that a linear function predicts, of features learned only from damages.

    Range: about 0 to 1.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: ARNIQA's publication, as pyiqa has it.
    """
    return score("arniqa", seen)
