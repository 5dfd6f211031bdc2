"""DRCT: shifted-window transformers with dense residual connections."""
