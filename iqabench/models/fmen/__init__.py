"""FMEN: plain convolutions and sequential high-frequency attention, small in memory."""
