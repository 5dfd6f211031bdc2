"""MambaIR: state-space models along the rows and columns of an image, in both directions."""
