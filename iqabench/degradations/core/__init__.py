"""The machinery of degradations: their facts and their registry."""
