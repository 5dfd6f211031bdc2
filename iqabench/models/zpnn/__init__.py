"""Z-PNN in its forms A-PNN and PanNet: cards and networks."""
