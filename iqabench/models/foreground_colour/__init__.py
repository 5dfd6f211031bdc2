"""Colours of a pasted foreground, kept or matched to the background, without a network."""
