"""FFDNet: denoising of sub-images by a network that is told the noise level."""
