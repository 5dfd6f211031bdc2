"""MC-CDic, an unrolled multi-scale dictionary for two contrasts: card and networks."""
