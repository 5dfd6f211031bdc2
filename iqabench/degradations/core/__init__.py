"""The machinery of degradations: what one is, and their registry."""
