"""Pocket: the small x4 super-resolution model whose weights are inside the package."""
