"""ENLCN: non-local attention of linear cost, by random features of its kernel."""
