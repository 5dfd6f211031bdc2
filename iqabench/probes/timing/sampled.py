"""What the timed probes share: the times of one model, and the pixels that it makes."""

from iqabench.probes.core.probed import Probed
from iqabench.probes.timing.rounds import Contender, Sampling, Times, sample

SOURCE = "MLPerf Inference: percentiles, warm-up, a least duration (arXiv 1911.02549)"


def times_of(seen: Probed) -> Times:
    """Times that were sampled of several models in turns; else this one's, sampled now alone.

    Under "sampling" may stand how.
    """

    def alone() -> Times:
        how = seen.shared("sampling", Sampling)
        return sample([Contender(seen.name, seen.call, seen.batch, seen.device)], how)[0]

    return seen.shared("times", alone)


def output_megapixels(seen: Probed) -> float:
    """Pixels of one call's output, in millions: all images of the batch, at the model's scale."""
    count, _, height, width = seen.batch.shape
    return count * height * width * seen.scale**2 / 1e6
