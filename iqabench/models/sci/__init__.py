"""SCI: the illumination of a dark image is estimated and divided out."""
