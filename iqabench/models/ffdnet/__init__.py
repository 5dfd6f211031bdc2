"""FFDNet: denoising of sub-images by a network with the noise level as input."""
