"""NAFNet: a U-shaped network without activations, with and without local statistics at test time."""
