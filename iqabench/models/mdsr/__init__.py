"""MDSR: one network for several scales, with a head and a tail for each."""
