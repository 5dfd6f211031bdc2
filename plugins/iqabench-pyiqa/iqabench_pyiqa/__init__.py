"""Learned no-reference metrics of pyiqa, one file each: every file of this folder is a metric.

pyiqa's licences, PolyForm Noncommercial and NTU S-Lab, forbid commercial use; iqabench therefore neither
contains nor needs it. Where pyiqa is not installed this package registers nothing.
"""

from importlib.util import find_spec

from iqabench.registry import scan

if find_spec("pyiqa"):
    scan(__name__)
