"""HPINet: overlapping patches that look at the most similar patch, then at themselves."""
