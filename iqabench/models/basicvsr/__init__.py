"""BasicVSR: card and networks."""
