"""What the timed probes share: the times of one model, and the pixels that it makes."""

from iqabench.probes.core.probed_model import ProbedModel
from iqabench.probes.timing.rounds import Contender, Sampling, sample
from iqabench.probes.timing.times import Times

SOURCE = "MLPerf Inference: percentiles, warm-up, a least duration (arXiv 1911.02549)"


def times_of(seen: ProbedModel) -> Times:
    """Times that were sampled of several models in turns; else this one's, sampled now alone.

    Under "sampling" may stand how.
    """

    def alone() -> Times:
        how = seen.shared("sampling", Sampling)
        return sample([Contender(seen.name, seen.call, seen.batch, seen.device)], how)[0]

    return seen.shared("times", alone)


def output_megapixels(seen: ProbedModel) -> float:
    """Pixels of one call's output, in millions: all images of the batch, at the model's scale."""
    count, _, height, width = seen.batch.shape
    return count * height * width * seen.scale**2 / 1e6
