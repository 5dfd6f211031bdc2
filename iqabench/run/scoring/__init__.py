"""The scoring of existing outputs: pairing, targets, candidates and columns over whole sets."""
