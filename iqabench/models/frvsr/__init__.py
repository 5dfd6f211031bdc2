"""FRVSR: card and network."""
