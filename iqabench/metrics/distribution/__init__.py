"""Metrics over distributions of features: of a whole set, or against a pool. One file each; scanned."""
