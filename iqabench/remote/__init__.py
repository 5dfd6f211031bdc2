"""Stores elsewhere, through fsspec: object stores above all. No torch here; fsspec waits for a url."""

from iqabench.remote.store import open_store

__all__ = ["open_store"]
