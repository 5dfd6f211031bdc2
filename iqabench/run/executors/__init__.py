"""Executors, one file each: they decide where cells are evaluated, and store the results.

An executor is a function of cells, store, options, device and watch; `in_process.py` is the only one so far.
"""

from iqabench.run.executors.in_process import in_process

__all__ = ["in_process"]
