"""DnCNN: residual learning of Gaussian noise."""
