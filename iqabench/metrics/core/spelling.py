"""The spelling of columns: `metric@protocol`, or only a metric under a default protocol."""

from iqabench.errors import UsageError
from iqabench.metrics.core.column import AnyColumn, Column, SetColumn
from iqabench.metrics.core.metric import Metric, metrics
from iqabench.metrics.core.set_metric import SetMetric, any_metric
from iqabench.protocol import Protocol
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
        _require_no_pairs(text, f"{name} compares whole sets", name, chosen)
        return SetColumn(part, chosen)
    if is_cost != (chosen.name == COST_PROTOCOL):
        expected = _EXPECTED[part.reference].format(name)
        raise UsageError(f"there is no column '{text}': {expected}.")
    if (part.reference == "pool") != (chosen.reference == "pool") or (
        part.reference == "none" and chosen.reference != "target"
    ):
        raise UsageError(f"there is no column '{text}': {_EXPECTED[part.reference].format(name)}.")
    if part.reference not in ("full", "clip"):
        _require_no_pairs(text, f"{name} compares with no target", name, chosen)
    _require_masked(text, part, chosen)
    return Column(part, chosen)


def _require_no_pairs(text: str, fact: str, name: str, chosen: Protocol) -> None:
    """Raise UsageError when the protocol changes outputs by their targets, which the metric does not see."""
    if chosen.brightness != "none":
        done = "matches outputs to their targets' brightness"
    elif chosen.align != "none":
        done = "aligns outputs with their targets"
    else:
        return
    raise UsageError(
        f"there is no column '{text}': {fact}, and protocol '{chosen.name}' {done}; expected {name}@rgb or "
        "the like."
    )


def _require_masked(text: str, part: Metric, chosen: Protocol) -> None:
    """Raise UsageError for a metric that cannot leave out the pixels that a mask or an alignment does."""
    if chosen.region == "mask" and not part.of_pixels:
        raise UsageError(
            f"there is no column '{text}': {part.name} looks at the surroundings of pixels, which a mask "
            f"cuts; expected a metric of single pixels ({_names_of('of_pixels')}), as in psnr@{chosen.name}."
        )
    if chosen.align != "none" and not (part.of_pixels or part.of_chosen):
        known = f"{_names_of('of_chosen')}, {_names_of('of_pixels')}"
        raise UsageError(
            f"there is no column '{text}': protocol '{chosen.name}' aligns outputs with their targets and "
            f"leaves out pixels at the border, which {part.name} cannot do; expected one of {known}, or "
            f"{part.name}@rgb without the alignment."
        )


def _names_of(fact: str) -> str:
    return ", ".join(metric.name for metric in metrics() if getattr(metric, fact))


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
