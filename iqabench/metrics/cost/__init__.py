"""Costs of the restoration of one image, as columns beside its quality: `macs@image`, `heavy@image`."""
