"""The spelling of columns: `metric@protocol`, or only a metric under a default protocol."""

from iqabench.errors import UsageError
from iqabench.metrics.core.column import AnyColumn, Column, SetColumn
from iqabench.metrics.core.metric import Metric, metrics
from iqabench.metrics.core.set_metric import SetMetric, any_metric
from iqabench.protocols import protocol

COST_PROTOCOL = "image"
"""The protocol of costs: those of the whole image, as the model was given it."""


def column(text: str, default_protocol: str = "rgb") -> Column:
    """Return the column of single images that `psnr@sr-y`, or `psnr` under the default protocol, stands for.

    A metric that looks at colour takes the default's sibling in colour: `lpips` on a
    super-resolution set means lpips@sr-rgb. So does a no-reference metric, whose authors say
    themselves what becomes of colour.

    Raises: UsageError for other forms and metrics over whole sets, UnknownNameError for unknown metrics
        and protocols.
    """
    result = any_column(text, default_protocol)
    if isinstance(result, SetColumn):
        raise UsageError(
            f"{result.metric.name} is of a whole set, not of an image; 'iqabench run' and 'iqabench score' "
            "compute it."
        )
    return result


def any_column(text: str, default_protocol: str = "rgb") -> AnyColumn:
    """Return the column of that spelling, for metrics of single images and of whole sets.

    Raises: UsageError, UnknownNameError.
    """
    name, at, protocol_name = text.partition("@")
    if not name or (at and not protocol_name) or "@" in protocol_name.partition(":")[0]:
        raise UsageError(f"'{text}' is not a column; expected metric@protocol, such as psnr@sr-y.")
    part = any_metric(name)
    is_cost = part.reference == "cost"
    chosen = protocol(protocol_name or (COST_PROTOCOL if is_cost else default_protocol))
    if not protocol_name and chosen.colour and (isinstance(part, SetMetric) or _takes_colour(part)):
        chosen = protocol(chosen.colour)
    if isinstance(part, SetMetric):
        if chosen.reference not in ("target", "pool"):
            raise UsageError(f"there is no column '{text}': {_EXPECTED['set'].format(name)}.")
        return SetColumn(part, chosen)
    if is_cost != (chosen.name == COST_PROTOCOL):
        expected = _EXPECTED[part.reference].format(name)
        raise UsageError(f"there is no column '{text}': {expected}.")
    if (part.reference == "pool") != (chosen.reference == "pool") or (
        part.reference == "none" and chosen.reference != "target"
    ):
        raise UsageError(f"there is no column '{text}': {_EXPECTED[part.reference].format(name)}.")
    if chosen.brightness != "none" and part.reference not in ("full", "clip"):
        raise UsageError(
            f"there is no column '{text}': {name} compares with no target, and protocol '{chosen.name}' "
            f"matches outputs to their targets' brightness; expected {name}@rgb or the like."
        )
    if chosen.region == "mask" and not part.of_pixels:
        pointwise = ", ".join(metric.name for metric in metrics() if metric.of_pixels)
        raise UsageError(
            f"there is no column '{text}': {name} looks at the surroundings of pixels, which a mask cuts; "
            f"expected a metric of single pixels ({pointwise}), as in psnr@{chosen.name}."
        )
    return Column(part, chosen)


def _takes_colour(part: Metric) -> bool:
    return part.colour or part.reference == "none"


_EXPECTED = {
    "full": "{0} compares image with image; expected {0}@sr-y, {0}@consensus or the like",
    "none": "{0} compares with nothing; expected {0}@rgb or the like",
    "set": "{0} compares whole sets; expected {0}@rgb or {0}@unpaired:FOLDER",
    "inputs": "{0} compares with the inputs; expected {0}@rgb or the like",
    "cost": "{0} is a cost of the restoration of an image; expected {0}@image",
    "pool": "{0} compares with a pool of pristine images; expected {0}@unpaired:FOLDER",
}
