"""LCSCNet: convolutions beside linear compressing layers, in the basic and in the enhanced network."""
