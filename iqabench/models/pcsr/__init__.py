"""PCSR: every pixel of the output is made by a light or by a heavy sampler."""
