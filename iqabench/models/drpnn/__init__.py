"""DRPNN: cards and network."""
