"""FGDCN: card and network."""
