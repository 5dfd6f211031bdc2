"""ClassSR: a classifier sends each patch of an image to one of three networks of growing width."""
