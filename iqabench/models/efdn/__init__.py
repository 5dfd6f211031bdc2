"""Edge-enhanced Feature Distillation Network: card and network."""
