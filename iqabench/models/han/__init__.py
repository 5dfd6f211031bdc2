"""HAN: attention between the outputs of all groups, and over channels and places together."""
