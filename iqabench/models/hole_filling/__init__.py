"""Filling of holes from their rim, without a network: card and module."""
