"""The machinery of sets of opinions: what one is, their registry, and readers of tables."""
