"""Layers and blocks that several families of networks share."""
