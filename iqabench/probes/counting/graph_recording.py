"""The recording of a program that is no torch network: its nodes stand for operators and modules."""

from math import prod

from iqabench.errors import ProbeError
from iqabench.probes.core.probed_model import ProbedModel
from iqabench.probes.core.program_graph import GraphNode, ProgramGraph
from iqabench.probes.counting.modules import ModuleCall, ModuleCalls
from iqabench.probes.counting.onnx_rules import cost_of_node
from iqabench.probes.counting.recording import OperatorCall, Recording


def record_graph(model: ProbedModel, graph: ProgramGraph) -> Recording:
    """Record the nodes of one run of a graph.

    Raises: ProbeError when an operator has no rule, because its work would be missing.
    """
    nodes = graph.calls(model.batch)
    unknown = sorted({node.operator for node in nodes if cost_of_node(node) is None})
    if unknown:
        raise ProbeError(
            f"{model.name} cannot be counted: there is no rule for the cost of {', '.join(unknown)}."
        )
    ran = [_call(node) for node in nodes]
    calls = [
        ModuleCall("conv", one.cost.macs, one.elements, one.cost.macs, len(one.shape))
        for one in ran
        if one.cost is not None and one.cost.kind == "convolution"
    ]
    return Recording(ran, modules=ModuleCalls(calls))


def _call(node: GraphNode) -> OperatorCall:
    spent = cost_of_node(node)
    is_convolution = spent is not None and spent.kind == "convolution"
    shape = list(node.outputs[0]) if node.outputs else []
    within = "conv" if is_convolution else ""
    return OperatorCall(node.operator, spent, shape, prod(shape), within, binary=False)
