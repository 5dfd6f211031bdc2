"""Post-processing that makes an output agree with its input: card and modules."""
