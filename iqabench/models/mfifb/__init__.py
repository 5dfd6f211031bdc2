"""Fused images of the benchmark MFIFB, which stand for methods of multi-focus fusion: cards only."""
