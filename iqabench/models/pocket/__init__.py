"""Pocket: the small x4 super-resolution model whose weights travel inside the package."""
