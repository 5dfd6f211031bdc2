"""FSRCNN: a narrow network at the input's size, enlarged by one transposed convolution."""
