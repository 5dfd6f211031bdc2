"""Dialogs that say where each figure of a page comes from."""
