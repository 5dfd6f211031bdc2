"""OSEDiff, known by its outputs: card and manifest."""
