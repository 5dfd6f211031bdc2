"""Executors, one file each: they decide where cells are evaluated, and keep what comes of it.

An executor is a function of cells, store, options and a watch; `in_process.py` is the one of today.
"""

from iqabench.run.executors.in_process import in_process

__all__ = ["in_process"]
