"""LFFN-S: spindle blocks whose modules are fused by channel-wise softmax."""
