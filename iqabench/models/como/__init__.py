"""CoMo-S: kernels that are modulated, image by image, by the places where features are active."""
