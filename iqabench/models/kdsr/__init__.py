"""KDSR: a super-resolution network steered by an estimate of the degradation, for each image."""
