"""PAN: pixel attention in self-calibrated blocks and in the upsampler."""
