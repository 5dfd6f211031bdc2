"""SCUNet: a U-Net whose blocks see with attention in windows and with convolutions side by side."""
