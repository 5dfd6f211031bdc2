"""The times of one model, which all timed probes share, and the pixels that it puts out."""

from iqabench.probes.core.probed_model import ProbedModel
from iqabench.probes.timing.rounds import Contender, Sampling, sample
from iqabench.probes.timing.times import Times

SOURCE = "MLPerf Inference: percentiles, warm-up, a least duration (arXiv 1911.02549)"


def times_of(model: ProbedModel) -> Times:
    """Return the times that were sampled of several models in turn, else sample this model now on its own.

    Under "sampling" may stand how.
    """

    def alone() -> Times:
        sampling = model.shared("sampling", Sampling)
        return sample([Contender(model.name, model.call, model.batch, model.device)], sampling)[0]

    return model.shared("times", alone)


def output_megapixels(model: ProbedModel) -> float:
    """Return the pixels of one call's output in millions: all images of the batch, at the model's scale."""
    count, _, height, width = model.batch.shape
    return count * height * width * model.scale**2 / 1e6
