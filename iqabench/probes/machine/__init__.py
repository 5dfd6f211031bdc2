"""The machine around a measurement: its state, its energy and memory, and the lock of a device."""

from iqabench.probes.machine.lock import hold_device
from iqabench.probes.machine.state import machine_state, timing_warnings

__all__ = ["hold_device", "machine_state", "timing_warnings"]
