"""Zero-filled reconstruction, the baseline of MRI: card and network."""
