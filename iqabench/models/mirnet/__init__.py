"""MIRNet: streams of three resolutions that exchange what they find."""
