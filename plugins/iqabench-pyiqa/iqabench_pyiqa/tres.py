"""TReS."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Transformers, relative ranking and self-consistency, KonIQ-10k (pyiqa, non-commercial)",
    better="higher",
    min_size=16,
    colour=True,
    tolerance=0.5,
    source="Golestaneh et al., No-reference image quality assessment via transformers, relative "
    "ranking, and self-consistency, WACV 2022",
    cost=200000,
    network=True,
    requirement=load_network,
)
def tres(seen: OutputView) -> float:
    """Return the opinion that a network with a transformer predicts, mean over 50 crops of 224x224.

    Range: about 0 to 100.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: TReS's publication, as pyiqa has it.
    """
    return score("tres", seen)
