"""RBPN: card and network."""
