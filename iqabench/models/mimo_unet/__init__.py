"""MIMO-UNet: a U-shaped network that takes and gives an image in three sizes."""
