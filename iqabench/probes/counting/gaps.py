"""Explanations of a convention's gaps, in plain words: why a published count differs from what really ran."""

from collections.abc import Iterable

from iqabench.probes.counting.fvcore_trace import FvcoreTrace
from iqabench.probes.counting.modules import ModuleCall
from iqabench.probes.counting.recording import OperatorCall, Recording

COMPILED = (
    "a compiled program: every convolution is counted, also those that modules would not show"
)
"""The note on counts of modules in a program that has none."""


def short(count: float) -> str:
    """Return a count that people can read: 1.234 G, 12.3 M, 512."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("K", 1e3)):
        if abs(count) >= size:
            return f"{count / size:.3f} {unit}"
    return f"{count:.0f}"


def calls(count: int, what: str) -> str:
    """Return a number of calls in words: 1 convolution, 3 convolutions."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def macs_of(ran: Iterable[OperatorCall]) -> int:
    """Sum the multiply-accumulates of operators."""
    return sum(one.cost.macs for one in ran if one.cost is not None)


def of_what_is_unseen(recording: Recording) -> list[str]:
    """Say why a count is a lower bound, whatever the convention."""
    notes = []
    if recording.unknown:
        names = ", ".join(f"{one['operator']} ({one['calls']}x)" for one in recording.unknown)
        notes.append(f"a lower bound: operators without a rule are counted as 0: {names}")
    if recording.opaque:
        shapes = ", ".join("x".join(map(str, one["shape"])) for one in recording.opaque[:3])
        more = f" and {len(recording.opaque) - 3} more" if len(recording.opaque) > 3 else ""
        notes.append(
            f"a lower bound: {calls(len(recording.opaque), 'tensor')} ({shapes}{more}) came from an opaque "
            "operator that torch is not told of, such as a compiled extension; its work is not counted"
        )
    return notes


def of_fvcore(recording: Recording, graph: FvcoreTrace) -> list[str]:
    """Say what fvcore's count misses, or counts beyond the exact one."""
    notes = []
    if graph.same:
        notes.append(
            f"{calls(len(graph.same), 'convolution')} with padding='same' counted as 0: "
            f"{short(sum(graph.same))} missing"
        )
    notes += _dropped(recording, graph)
    attention = recording.of("attention")
    if attention:
        notes.append(
            f"{calls(len(attention), 'scaled dot product attention')} counted as 0: "
            f"{short(macs_of(attention))} missing"
        )
    unknown = [
        r for r in recording.of("interpolation") if r.name not in _INTERPOLATIONS and macs_of([r])
    ]
    if unknown:
        names = ", ".join(sorted({r.name for r in unknown}))
        notes.append(f"{names} counted as 0: {short(macs_of(unknown))} missing")
    notes += _norms(graph.operators.get("batch_norm", {}).get("macs", 0), recording)
    extra = {n: o["macs"] for n, o in graph.operators.items() if n in _BEYOND and o["macs"]}
    if extra:
        words = ", ".join(f"{name} {short(macs)}" for name, macs in extra.items())
        notes.append(f"counted besides multiply-accumulates: {words}")
    return notes


_INTERPOLATIONS = ("upsample_bilinear2d", "grid_sampler_2d", "grid_sampler_3d")
"""Interpolations that fvcore has a rule for."""
_BEYOND = ("layer_norm", "group_norm", "instance_norm", "adaptive_avg_pool2d", "upsample_nearest2d")
"""Operators that fvcore counts and the exact convention does not."""


def _norms(counted: int, recording: Recording) -> list[str]:
    """Say whether batch norm was counted as two operations per element, which is one multiply-accumulate."""
    over = counted - macs_of(recording.of("normalisation"))
    return [f"batch norm counted at 2 per element: {short(over)} too many"] if over > 0 else []


def _dropped(recording: Recording, graph: FvcoreTrace) -> list[str]:
    """Say which convolutions ran but are not in the trace."""
    ran = recording.of("convolution")
    in_graph, macs = graph.convolutions
    if len(ran) <= in_graph:
        return []
    why = (
        "what feeds only an opaque operator is dropped as dead"
        if recording.opaque
        else "what does not reach the traced output is dropped as dead"
    )
    many = len(ran) - in_graph
    missing = (
        f"{calls(many, 'convolution')} that ran {'is' if many == 1 else 'are'} not in the trace"
    )
    return [f"{missing}: {short(macs_of(ran) - macs)} missing; {why}"]


def of_modules(recording: Recording) -> list[str]:
    """Say what the challenge's counter of 2022 gets wrong."""
    notes = [
        *_functional(recording),
        *_wrong_shapes(recording.modules.of("linear")),
        *_transposed(recording.modules.of("conv")),
        *_norms(sum(call.macs for call in recording.modules.of("norm")), recording),
    ]
    products = [r for r in recording.of("product") if r.within != "linear"]
    for what, some in (("matrix product", products), ("attention", recording.of("attention"))):
        if some:
            notes.append(f"{calls(len(some), what)} not counted: {short(macs_of(some))} missing")
    resized = recording.of("interpolation")
    if macs_of(resized):
        notes.append(f"interpolation not counted: {short(macs_of(resized))} missing")
    activated = sum(call.macs for call in recording.modules.of("activation"))
    if activated:
        notes.append(f"activations counted at 1 per element: {short(activated)} of the value")
    return notes


def functional(recording: Recording) -> list[OperatorCall]:
    """Return the convolutions that no convolution module has called."""
    return [one for one in recording.of("convolution") if one.within != "conv"]


def _functional(recording: Recording) -> list[str]:
    unseen = functional(recording)
    if not unseen:
        return []
    words = calls(len(unseen), "convolution")
    return [
        f"{words} called as functions or by other kinds of module are not seen: "
        f"{short(macs_of(unseen))} missing"
    ]


def _wrong_shapes(linear: list[ModuleCall]) -> list[str]:
    wrong = [call for call in linear if call.macs != call.true_macs]
    if not wrong:
        return []
    counted, true = sum(c.macs for c in wrong), sum(c.true_macs for c in wrong)
    dimensions = " or ".join(str(d) for d in sorted({c.dimensions for c in wrong}))
    return [
        f"{calls(len(wrong), 'Linear')} on {dimensions}-D input counted by the first two dimensions: "
        f"{short(counted)} where {short(true)} are right"
    ]


def _transposed(convolutions: list[ModuleCall]) -> list[str]:
    wrong = [call for call in convolutions if call.macs != call.true_macs]
    if not wrong:
        return []
    over = sum(c.macs - c.true_macs for c in wrong)
    return [
        f"{calls(len(wrong), 'transposed convolution')} counted at each output place instead of each "
        f"input place: {short(over)} too many"
    ]
