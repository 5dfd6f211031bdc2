"""CFSNet: a restoration network whose trade-off is set by a number at run time."""
