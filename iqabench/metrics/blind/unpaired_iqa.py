"""Quality learned from opinions, of an output beside pristine images of other scenes."""

from iqabench.images import PoolView
from iqabench.metrics import networks
from iqabench.metrics.core.metric import against_pool
from iqabench.metrics.core.pool_images import pool_images
from iqabench.metrics.networks.backbones import ALEXNET
from iqabench.metrics.networks.unpaired_weights import require_weights, weights_hash


@against_pool(
    title="Unpaired image quality assessment (own network, trained by the user)",
    better="higher",
    min_size=31,
    colour=True,
    tolerance=1e-4,
    source="After Unpaired-IQA, arXiv:2105.02464; network and training are ours",
    cost=180,
    files=(ALEXNET.whole,),
    network=True,
    requirement=require_weights,
    identity=weights_hash,
)
def unpaired_iqa(seen: PoolView) -> float:
    """Return the quality that a network, trained on opinions, gives the output beside a pool.

    It is not the published Unpaired-IQA: only its idea was available, to fuse features of a distorted
    image with those of an unpaired pristine one. Ours describes both by the statistics of two layers of
    AlexNet, encodes both alike, and judges the codes and how far they lie apart; the value is the mean over
    the pool's images. It comes without weights: 'python -m iqabench.run.train_unpaired' makes them from a
    set of opinions, and values compare under the same weights only.

    Range: 0 is the mean of the opinions that it was trained on, 1 a standard deviation better.
    Raises: MetricWeightsError when it was not trained yet, or AlexNet's weights cannot be had; MetricError
        for a pool of images below 31 pixels a side.
    """
    unpaired = networks.unpaired_network
    network = unpaired.trained()
    pool = seen.pool.shared(
        "alexnet statistics", lambda _: unpaired.describe_all(pool_images(seen, unpaired.OWNER, 31))
    )
    return network.beside(unpaired.describe(seen), pool)
