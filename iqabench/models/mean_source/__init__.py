"""The mean of all sources, the baseline of fusion: card and network."""
