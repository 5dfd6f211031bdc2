"""Executors, one file each: they decide where cells are evaluated, and store the results.

An executor is a function of cells, the cache of models and the context of the run. `in_process.py` is the
only one so far.
"""

from iqabench.run.executors.in_process import in_process

__all__ = ["in_process"]
