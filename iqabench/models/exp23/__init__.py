"""Enlarging by 23 taps, the baseline of pan-sharpening: card and network."""
