"""ConvFormer-based Super-Resolution network: card and network."""
