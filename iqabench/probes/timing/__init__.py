"""Timing of models: clocks, warm-up, rounds, and what is said of the times."""
