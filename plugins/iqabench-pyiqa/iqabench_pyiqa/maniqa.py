"""MANIQA."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Multi-dimension attention network, KonIQ-10k (pyiqa, non-commercial)",
    better="higher",
    min_size=16,
    colour=True,
    tolerance=0.01,
    source="Yang et al., MANIQA: multi-dimension attention network for no-reference image quality "
    "assessment, CVPRW 2022",
    cost=120000,
    network=True,
    requirement=load_network,
)
def maniqa(seen: OutputView) -> float:
    """Return the opinion that a transformer predicts, mean of 20 crops.

    pyiqa spreads the crops of 224x224 pixels evenly. Earlier releases drew them; the seed is fixed.

    Range: about 0 to 1.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: MANIQA's publication, as pyiqa has it.
    """
    return score("maniqa", seen)
