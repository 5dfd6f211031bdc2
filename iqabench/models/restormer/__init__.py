"""Restormer: a U-shaped transformer whose attention runs over channels."""
