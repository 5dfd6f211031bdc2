"""RLSP: card and network."""
