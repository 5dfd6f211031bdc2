"""Models: one folder per family with its card (facts and weights, readable without torch) and its network.

    rlfn/card.yaml      what the family is, its members, their scales, weights and checksums
    rlfn/network.py     the architecture, in our own words

Files with a leading underscore are the machinery: cards and their catalogue, which never import torch,
and one loader for each kind of thing that a user brings. This file stays empty of imports, so that
listing models costs nothing: use `iqabench.models.catalogue` to look up, `iqabench.models.load` to load.
"""
