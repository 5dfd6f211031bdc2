"""Ways to make a variant of a model (pruned, distilled, quantised, collapsed), with weights and a card."""
