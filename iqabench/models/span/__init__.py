"""SPAN: attention without parameters, as the baseline of NTIRE 2026 efficient super-resolution."""
