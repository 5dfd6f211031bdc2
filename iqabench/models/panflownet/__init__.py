"""PanFlowNet, an invertible network of pan-sharpening: card and network."""
