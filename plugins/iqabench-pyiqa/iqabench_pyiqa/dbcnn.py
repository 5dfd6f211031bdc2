"""DBCNN."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Deep bilinear network, KonIQ-10k, trained by pyiqa (pyiqa, non-commercial)",
    better="higher",
    min_size=16,
    colour=True,
    tolerance=0.01,
    source="Zhang et al., Blind image quality assessment using a deep bilinear convolutional neural "
    "network, IEEE TCSVT 30(1), 2020",
    cost=14000,
    network=True,
    requirement=load_network,
)
def dbcnn(seen: OutputView) -> float:
    """Return the opinion that two networks together predict: one knows damages, the other photographs.

    Range: about 0 to 1.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: DBCNN's publication, as pyiqa has it.
    """
    return score("dbcnn", seen)
