"""CARN-M with batch normalisation, as ClassSR and PCSR train it."""
