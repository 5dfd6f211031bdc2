"""DiCNN: cards and network."""
