"""DRUNet: a U-Net of residual blocks that is told the level of the noise, or of the compression."""
