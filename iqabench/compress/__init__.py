"""Making variants: pruned, distilled, quantised and collapsed, each a file of weights and a card."""
