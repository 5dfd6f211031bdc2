"""The views of one sample: what each protocol shows to each kind of metric."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import numpy as np

from iqabench.errors import IqabenchError, MetricError
from iqabench.images import (
    Case,
    ClipView,
    InputsView,
    OutputView,
    Pair,
    PoolView,
    view,
    view_output,
)
from iqabench.metrics.core.metric import Reference
from iqabench.protocol import Protocol

T = TypeVar("T")

Kind = tuple[Protocol, Reference]
"""A protocol and the kind of metric that looks through it."""

Views = dict[Kind, OutputView | IqabenchError]
"""The view of each protocol for each kind of metric, or the reason why there is none."""


def views(kinds: Iterable[Kind], case: Case) -> Views:
    """Return the view of each kind.

    Protocols that show the same pixels have one view, whose metrics share what they compute, even if they
    differ in the variant of structural similarity.
    """
    seen: Views = {}
    pairs: dict[str, Pair] = {}
    for protocol, reference in sorted(dict.fromkeys(kinds), key=lambda kind: kind[1] != "full"):
        pair = seen.get((protocol, "full"))  # it is an output, too
        if reference == "none" and isinstance(pair, OutputView):
            seen[protocol, reference] = pair
            continue
        shown: OutputView | IqabenchError | None = None
        if reference == "full":
            shown = pairs.get(_pixels(protocol, case))
        if shown is None:
            shown = attempt(partial(_seen, protocol, case, reference))
        if reference == "full" and isinstance(shown, Pair):
            pairs[_pixels(protocol, case)] = shown
            shown = shown.in_variant(protocol.ssim)
        seen[protocol, reference] = shown
    return seen


def attempt(make: Callable[[], T]) -> T | IqabenchError:
    """Return what `make` returns, or the error that it raises."""
    try:
        return make()
    except IqabenchError as error:
        return error


def _pixels(protocol: Protocol, case: Case) -> str:
    """Return a text that protocols have in common if they show the same pixels of this case."""
    without = {"name", "version", "summary", "source", "colour", "ssim"}
    images = (case.output, case.target)
    if all(image is not None and image.dtype == np.uint8 for image in images):
        without |= {"quantise", "clip", "truncate"}  # which change floats only
    return protocol.model_dump_json(exclude=without)


def _seen(protocol: Protocol, case: Case, reference: Reference) -> OutputView:
    """Return the protocol's view, on the device of the case."""
    seen = _view(protocol, case, reference)
    seen.device, seen.scale, seen.costs = case.device, case.scale, case.costs
    return seen


def _view(protocol: Protocol, case: Case, reference: Reference) -> OutputView:
    if reference == "clip" and case.clip:
        frames = [_view(protocol, frame, "full") for frame in case.clip]
        return ClipView([frame for frame in frames if isinstance(frame, Pair)])
    if reference == "inputs":
        if case.no_parts:
            raise MetricError(case.no_parts)
        return InputsView(view_output(protocol, case.output, case.scale), case.parts)
    if protocol.reference == "target":
        if reference != "full" or (case.target is None and not case.no_target):
            return view_output(protocol, case.output, case.scale)
        if case.target is None:
            raise MetricError(case.no_target)
        return view(protocol, case.output, case.target, case.scale, case.mask)
    if case.references is None:
        raise MetricError(
            f"protocol '{protocol.name}' compares with {protocol.compared_with}, which is at hand only in "
            "'iqabench run' and 'iqabench score'."
        )
    if protocol.reference == "pool":
        output = view_output(protocol, case.output, case.scale)
        return PoolView(output, case.references.pool(protocol))
    return view(protocol, *case.references.pair(protocol, case.output), case.scale)
