"""RCAN: residual groups in residual, with channel attention."""
