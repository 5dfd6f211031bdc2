"""Blueprint Separable Residual Network: card and network."""
