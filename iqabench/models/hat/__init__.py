"""HAT: shifted windows, channel attention and overlapping cross-attention together."""
