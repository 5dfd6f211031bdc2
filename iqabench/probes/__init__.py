"""Probes, one file each: what a model costs. The folder is scanned, so a new file is a new probe.

    @probe(title="Parameters", unit="1", better="lower", source="...", conventions={"": "all of them"})
    def params(seen: Probed, convention: str) -> Found:
        ...

A probe is a function of `Probed`, one model ready to run at one size on one device, and of a counting
convention where there are several: `macs@ntire2022` is not `macs@fvcore`. It gives `Found`, a value and what
stands behind it, or raises ProbeError with the reason why there is none. Files with a leading underscore hold
what several probes share.
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
