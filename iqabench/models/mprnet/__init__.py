"""MPRNet: three stages that restore quarters, halves and the whole of an image."""
