"""EDSR: residual blocks without batch normalisation, and its small baseline."""
