"""Residual Local Feature Network: card and network."""
