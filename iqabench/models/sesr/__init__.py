"""SESR: linear blocks that are wide while they are trained and collapse to narrow convolutions."""
