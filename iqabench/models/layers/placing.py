"""The replacement of a layer under all its names: networks may use one layer in several places."""

from torch import nn


def replace_layer(network: nn.Module, old: nn.Module, new: nn.Module) -> None:
    """Put `new` in the place of `old` wherever the network has it."""
    names = [n for n, m in network.named_modules(remove_duplicate=False) if m is old]
    for name in names:
        network.set_submodule(name, new)


def layer_at(network: nn.Module, name: str) -> nn.Module | None:
    """Return the layer with a name, one of several names of it included, or None."""
    return dict(network.named_modules(remove_duplicate=False)).get(name)
