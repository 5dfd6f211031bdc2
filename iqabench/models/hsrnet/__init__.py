"""HSRNet: a network unrolled from half-quadratic splitting, whose three steps share their weights."""
