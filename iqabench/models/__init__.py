"""Models: one folder per family with its card (facts and weights, readable without torch) and its network.

    rlfn/card.yaml      what the family is, its members, their scales, weights and checksums
    rlfn/network.py     the architecture, in our own words

    core/               cards and their catalogue, which never import torch; loading and restoring
    loaders/            one for each kind of thing that a user brings
    layers/ fold/       what several families share; linear layers folded together

This file stays empty of imports, so that listing models costs nothing: use
`iqabench.models.core.catalogue` to look up and `iqabench.models.core.load` to load.
"""
