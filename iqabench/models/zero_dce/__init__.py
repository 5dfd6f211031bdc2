"""Zero-DCE: a curve for each pixel brightens a dark image."""
