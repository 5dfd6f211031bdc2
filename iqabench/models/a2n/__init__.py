"""A2N and A2N-M: attention in attention, where each block learns how much attention it needs."""
