"""PanNet: cards and network."""
