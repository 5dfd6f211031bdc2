"""The machinery of probes: what one is, what it is given, and sizes of inputs."""
