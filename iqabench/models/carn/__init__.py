"""CARN-M: cascading residual blocks with grouped, recursive convolutions."""
