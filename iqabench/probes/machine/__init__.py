"""The machine around a measurement: processor, GPU, energy, memory and the lock of a device."""
