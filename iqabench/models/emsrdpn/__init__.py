"""EMSRDPN: residual and dense connections side by side, one network for four scales."""
