"""Pan-sharpening by CNN: cards and network."""
