"""Bicubic, Lanczos and nearest-neighbour interpolation: the first rows of every table."""
