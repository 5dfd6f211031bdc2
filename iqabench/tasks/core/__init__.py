"""The machinery of tasks: their definition, their levels, and how they are looked up."""
