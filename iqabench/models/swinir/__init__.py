"""SwinIR: restoration by shifted-window transformers, classical and lightweight."""
