"""AMSA, a network of reference super-resolution: card and network.

- `images.py`: the sizes of input and reference, as the authors' loader makes them
- `matching.py`: the place in the reference that each place of the input resembles most
- `aggregation.py`: the features of the reference at these places, and the restored image
- `network.py`: all of it, and the features that are compared
"""
