"""The machinery of models: cards and their catalogue (no torch), loading, running and restoring."""
