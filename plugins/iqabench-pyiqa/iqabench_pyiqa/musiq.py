"""MUSIQ."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Multi-scale image quality transformer, KonIQ-10k (pyiqa, non-commercial)",
    better="higher",
    min_size=16,
    colour=True,
    tolerance=0.5,
    source="Ke et al., MUSIQ: multi-scale image quality transformer, ICCV 2021",
    cost=9600,
    network=True,
    requirement=load_network,
)
def musiq(seen: OutputView) -> float:
    """Return the opinion that a transformer predicts, of patches of the image at three sizes.

    Range: about 0 to 100.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: MUSIQ's publication, as pyiqa has it.
    """
    return score("musiq", seen)
