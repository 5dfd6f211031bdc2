"""Mean of two frames: card and network."""
