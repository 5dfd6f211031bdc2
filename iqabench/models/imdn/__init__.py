"""Information Multi-distillation Network: card and network."""
