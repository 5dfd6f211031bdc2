"""CNNIQA."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Convolutional network for image quality, KonIQ-10k, trained by pyiqa (pyiqa, non-commercial)",
    better="higher",
    min_size=16,
    colour=True,
    tolerance=0.01,
    source="Kang et al., Convolutional neural networks for no-reference image quality assessment, "
    "CVPR 2014",
    cost=2300,
    network=True,
    requirement=load_network,
)
def cnniqa(seen: OutputView) -> float:
    """Return the opinion that a network predicts, of the maxima and minima of one convolution.

    Range: about 0 to 1.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: CNNIQA's publication, as pyiqa has it.
    """
    return score("cnniqa", seen)
