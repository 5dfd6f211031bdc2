"""BBCU: MSRResNet with binary convolutions."""
