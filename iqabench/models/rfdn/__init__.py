"""Residual Feature Distillation Network: card and network."""
