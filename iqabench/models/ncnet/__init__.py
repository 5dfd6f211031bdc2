"""NCNet: convolutions at input size beside nearest enlargement as a fixed convolution."""
