"""Mathematics that several metrics share, computed once for each pair."""
