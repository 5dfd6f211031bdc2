"""LIQE."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="Language-image quality evaluator, KonIQ-10k (pyiqa, non-commercial)",
    better="higher",
    low=1.0,
    high=5.0,
    min_size=224,
    colour=True,
    tolerance=0.01,
    source="Zhang et al., Blind image quality assessment via vision-language correspondence: a "
    "multitask learning perspective, CVPR 2023",
    cost=8400,
    network=True,
    requirement=load_network,
)
def liqe(seen: OutputView) -> float:
    """Return the grade in words, from bad to perfect, that CLIP gives the image, as a number.

    Of the crops of 224x224 pixels that a step of 32 gives, it looks at up to 15.

    Range: 1 to 5.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: LIQE's publication, as pyiqa has it.
    """
    return score("liqe", seen)
