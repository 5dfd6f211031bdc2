"""Probes of cost, one file each: the folder is scanned, so a new file is a new probe.

    @probe(title="Parameters", unit="1", better="lower", source="...", conventions={"": "all of them"})
    def params(model: ProbedModel, convention: str) -> ProbeResult:
        ...

A probe is a function of a `ProbedModel`, which is ready to run at one size on one device, and of a counting
convention where there are several: `macs@ntire2022` is not `macs@fvcore`. It returns a `ProbeResult`, a value
with the details that explain it, or raises ProbeError with the reason why there is none. Folders hold what
several probes share: `core` the definition of a probe, `counting` counts of operators and modules, `timing`
the sampling of times, `machine` the state and the lock of a device.
"""

from iqabench.probes.core.probe import CostColumn, Probe, cost_column, cost_columns, probe, probes
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.core.size import Size, sizes_of

__all__ = [
    "CostColumn",
    "Probe",
    "ProbeResult",
    "ProbedModel",
    "Size",
    "cost_column",
    "cost_columns",
    "probe",
    "probes",
    "sizes_of",
]
