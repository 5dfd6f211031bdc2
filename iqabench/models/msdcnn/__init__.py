"""MSDCNN: cards and network."""
