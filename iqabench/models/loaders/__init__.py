"""Loaders of the models that users bring: files, factories and commands."""
