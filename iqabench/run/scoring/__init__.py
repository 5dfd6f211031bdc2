"""Scoring of outputs that exist already: pairing, targets, candidates and columns over whole sets."""
