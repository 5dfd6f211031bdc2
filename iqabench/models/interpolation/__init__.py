"""Bicubic, Lanczos and nearest-neighbour interpolation: what every table begins with."""
