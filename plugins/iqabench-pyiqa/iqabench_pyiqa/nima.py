"""NIMA."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Neural image assessment, AVA, trained by pyiqa (pyiqa, non-commercial)",
    better="higher",
    low=1.0,
    high=10.0,
    min_size=16,
    colour=True,
    tolerance=0.05,
    source="Talebi, Milanfar, NIMA: neural image assessment, IEEE TIP 27(8), 2018",
    cost=1400,
    network=True,
    requirement=load_network,
)
def nima(seen: OutputView) -> float:
    """Return the predicted mean vote of photographers on how beautiful the image is.

    Range: 1 to 10.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: NIMA's publication, as pyiqa has it.
    """
    return score("nima", seen)
