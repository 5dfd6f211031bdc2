"""Metrics without a target, one file each; the folder is scanned.

The folder is not called `no_reference`, which is the decorator's name: a module of that name would take its
place in `iqabench.metrics` as soon as the folder is scanned.
"""
