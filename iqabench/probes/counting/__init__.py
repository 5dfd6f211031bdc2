"""Counting of operations, activations and parameters by several conventions."""
