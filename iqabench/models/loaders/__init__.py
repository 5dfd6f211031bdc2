"""Loaders, one for each kind of thing that a user brings: files, factories and commands."""
