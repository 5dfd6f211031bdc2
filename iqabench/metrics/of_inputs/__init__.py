"""Metrics that compare an output with the parts of the sample that it was made from."""
