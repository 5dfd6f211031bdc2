"""Tests of the readers of opinions."""
