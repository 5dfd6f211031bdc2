"""A-CubeNet: attention over places, channels and the outputs of groups."""
