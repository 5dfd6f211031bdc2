"""HyperIQA."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Self-adaptive hyper network, KonIQ-10k, trained by pyiqa (pyiqa, non-commercial)",
    better="higher",
    min_size=16,
    colour=True,
    tolerance=0.01,
    source="Su et al., Blindly assess image quality in the wild guided by a self-adaptive hyper "
    "network, CVPR 2020",
    cost=22000,
    network=True,
    requirement=load_network,
)
def hyperiqa(seen: OutputView) -> float:
    """Return the opinion, mean of 25 crops, that a network predicts whose last layers depend on the image.

    pyiqa spreads the crops of 224x224 pixels evenly. Earlier releases drew them; the seed is fixed.

    Range: about 0 to 1.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: HyperIQA's publication, as pyiqa has it.
    """
    return score("hyperiqa", seen)
