"""Uformer: a U-shaped transformer with attention in windows."""
