"""Bicubic down and up again: card and network."""
