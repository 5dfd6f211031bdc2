"""TOPIQ."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Top-down image quality, without target, KonIQ-10k (pyiqa, non-commercial)",
    better="higher",
    min_size=16,
    colour=True,
    tolerance=0.01,
    source="Chen et al., TOPIQ: a top-down approach from semantics to distortions for image quality "
    "assessment, IEEE TIP 33, 2024",
    cost=18000,
    network=True,
    requirement=load_network,
)
def topiq_nr(seen: OutputView) -> float:
    """Return the opinion that a network predicts, which looks for damage where the image has meaning.

    Range: about 0 to 1.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: TOPIQ's publication, as pyiqa has it.
    """
    return score("topiq_nr", seen)
