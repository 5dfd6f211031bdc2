"""The machinery of models: cards and their catalogue (without torch), loading, running and restoring."""
