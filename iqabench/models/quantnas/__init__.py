"""QuantNAS: networks of a search space, with convolutions of 8-bit integers or of floats."""
