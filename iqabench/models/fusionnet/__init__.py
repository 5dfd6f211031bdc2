"""FusionNet: cards and network."""
