"""SMSR: convolutions that are computed only where masks over pixels and channels ask for it."""
