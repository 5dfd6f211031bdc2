"""CLIP-IQA."""

from iqabench.images import OutputView
from iqabench.metrics import no_reference
from iqabench_pyiqa._network import load_network, score


@no_reference(
    title="CLIP-IQA, five pairs of words (pyiqa, non-commercial)",
    better="higher",
    low=0.0,
    high=1.0,
    min_size=32,
    colour=True,
    tolerance=0.01,
    source="Wang et al., Exploring CLIP for assessing the look and feel of images, AAAI 2023",
    cost=12000,
    network=True,
    requirement=load_network,
)
def clipiqa(seen: OutputView) -> float:
    """Return CLIP's mean probability of the better text of five pairs, such as 'Good image', 'bad image'.

    Not the authors' metric, which is clip_iqa of iqabench itself, but what papers print that use pyiqa.

    Range: 0 to 1.
    Raises: MetricWeightsError when pyiqa cannot load its network.
    Source: CLIP-IQA's publication, as pyiqa has it.
    """
    return score("clipiqa", seen)
