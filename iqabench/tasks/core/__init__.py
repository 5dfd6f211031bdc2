"""The machinery of tasks: what one is, and how one is found."""
