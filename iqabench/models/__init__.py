"""Models: one folder per family with its card (facts and weights, readable without torch) and its network.

    rlfn/card.yaml      facts of the family: its members, their scales, weights and checksums
    rlfn/network.py     the architecture, in our own words

    core/               cards and their catalogue, which never import torch; loading and restoring
    loaders/            one for each kind of model that a user brings
    layers/ fold/       layers that several families share; the fold of linear layers

This file stays empty of imports, so that listing models costs nothing: use
`iqabench.models.core.catalogue` to look up and `iqabench.models.core.load` to load.
"""
