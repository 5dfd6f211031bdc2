"""The damage that outputs went through, as their files show it: shifts, gains, JPEG and the like."""

from iqabench.explain.damage.compression import jpeg_error
from iqabench.explain.damage.examination import Examination, examine
from iqabench.explain.damage.findings import Finding, findings
from iqabench.explain.damage.repair import Repair

__all__ = ["Examination", "Finding", "Repair", "examine", "findings", "jpeg_error"]
