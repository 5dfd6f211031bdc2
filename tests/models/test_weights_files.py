"""Files of weights: families that are recognised, checkpoints that are unwrapped, files of other kinds."""

import argparse
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.errors import WeightsError
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import cards
from iqabench.models.core.checkpoint import state_dictionaries
from iqabench.models.core.families import family_match
from iqabench.models.core.file_kind import pickled_classes
from iqabench.models.core.load import load_model
from iqabench.models.core.network import network_class
from iqabench.models.core.shapes import shapes_of_network
from iqabench.models.core.weights import read_states

SMALL = {"scale": 2, "features": 16, "middle": 12, "blocks": 2}
"""Sizes of a small RLFN, which no registered model has."""


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    torch.manual_seed(0)
    network: nn.Module = network_class(cards()["rlfn_x4"])(**SMALL)
    return dict(network.state_dict())


def changed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value + 1 for name, value in weights.items()}


def prefixed(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {prefix + name: value for name, value in weights.items()}


def with_counters(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    counters = {f"{name.rpartition('.')[0]}.total_ops": torch.zeros(1) for name in weights}
    return {**weights, **counters, "total_params": torch.zeros(1)}


WRAPPERS: dict[str, Callable[[dict[str, Tensor]], Any]] = {
    "plain": lambda w: w,
    "params": lambda w: {"params": w, "iter": 5},
    "params-ema": lambda w: {"params": changed(w), "params-ema": w},
    "params_ema": lambda w: {"params": changed(w), "params_ema": w},
    "g_ema": lambda w: {"g": changed(w), "d": {"x": torch.zeros(2)}, "g_ema": w},
    "generator": lambda w: {"discriminator": changed(w), "generator": w},
    "net_g.": lambda w: prefixed(w, "net_g."),
    "lightning": lambda w: {
        "state_dict": {**prefixed(w, "model."), "loss.vgg.weight": torch.zeros(3)},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(2)}}}],
    },
    "mmagic": lambda w: {
        "state_dict": {
            **prefixed(changed(w), "generator."),
            **prefixed(w, "generator_ema."),
            "step_counter": torch.tensor(3),
        }
    },
    "compiled": lambda w: prefixed(w, "_orig_mod.module."),
    "thop": with_counters,
    "nested": lambda w: {"checkpoint": {"network": {"weights": w}}, "optimizer": {"lr": 1}},
    "own prefix": lambda w: prefixed(w, "sr_net."),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_wrapped_network_of_a_family_is_recognised(
    weights: dict[str, Tensor], wrapper: str
) -> None:
    states = state_dictionaries(WRAPPERS[wrapper](weights), "x.pth")
    match = family_match(states, "", "x.pth")
    assert match is not None
    assert (match.card.network, match.card.scale, match.card.range) == ("RLFN", 2, 255)
    assert match.card.arguments == {"features": 16, "middle": 12, "blocks": 2}
    assert match.taken.tensors.keys() == weights.keys()
    assert all(torch.equal(match.taken.tensors[name], weights[name]) for name in weights)


def test_a_file_of_weights_tells_what_it_was_taken_for(
    weights: dict[str, Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "mine.pth"
    torch.save({"params": changed(weights), "params_ema": weights}, path)
    model = load_model(str(path))
    assert (model.card.id, model.card.family, model.card.min_size) == ("mine", "rlfn", 15)
    assert "RLFN (features 16, middle 12, blocks 2, x2)" in model.notes[0]
    assert "sizes that no registered model has; its values are in 0..255" in model.notes[0]
    assert model.notes[1] == "mine.pth: the weights are those of 'params_ema'; 'params' has others."


RECOGNISED = sorted(
    name
    for name, card in cards().items()
    if card.loader == "network"
    and card.weights
    and not card.family.endswith("dncnn")
    and card.family not in ("dncnn", "ffdnet", "iat", "rcan")
    and (card.variant is None or card.variant.layout == "parent")
    and card.network != "iqabench.models.pocket.network.Pocket"
    and (card.params or 0) < 2_000_000
)
"""The registered models whose sizes their tensors tell; big ones would cost seconds."""


@pytest.mark.parametrize("name", RECOGNISED)
def test_a_registered_model_is_recognised_by_its_tensors(name: str) -> None:
    card: Card = cards()[name]
    tensors = {key: torch.zeros(shape) for key, shape in shapes_of_network(card).items()}
    match = family_match(state_dictionaries(tensors, name), "", name, card.scale)
    assert match is not None
    assert (match.card.network, match.card.scale) == (card.network, card.scale)
    assert (match.card.params, bool(match.member)) == (card.params, True)


def test_a_file_that_fits_several_families_is_told() -> None:
    rfdn = network_class(cards()["rfdn_x4"])
    states = state_dictionaries(dict(rfdn(4, 48).state_dict()), "both.pth")
    with pytest.raises(WeightsError, match=r"both\.pth fit .*RFDN .* and .*RFDN .* alike"):
        family_match(states, "", "both.pth")


def archive(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        write(file)
    return buffer.getvalue()


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        file.addfile(tarfile.TarInfo("a.txt"))
    return buffer.getvalue()


def saved(content: Any, *, old: bool = False) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=not old)
    return buffer.getvalue()


class Net(nn.Module):
    """A network that is saved whole."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 3, 1)


def npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.zeros(3))
    return buffer.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "html": (lambda: b"\n<!DOCTYPE html><html><body>Virus scan</body></html>", "an HTML page"),
    "lfs": (lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "git lfs pull"),
    "empty": (lambda: b"", "is empty"),
    "zip": (lambda: archive(lambda z: z.writestr("net/a.txt", "x")), r"zip archive \(net/a\.txt\)"),
    "npz": (npz, r"numpy arrays \(\.npz\)"),
    "keras": (lambda: archive(lambda z: z.writestr("model.weights.h5", "x")), "a Keras model"),
    "cut": (lambda: saved({"a": torch.zeros(9)})[:200], "cut off"),
    "tar": (tar, r"a tar archive \(a\.txt\)"),
    "hdf5": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(99), "an HDF5 file"),
    "mat": (lambda: b"MATLAB 5.0 MAT-file, Platform" + bytes(99), "a MATLAB file of version 5"),
    "caffe": (lambda: b"\x0a\x04VDSR\xa2\x06\x0a\x05conv1\x12\x0bConvolution\xff", "of Caffe"),
    "tensorflow": (lambda: bytes(99) + bytes.fromhex("57fb808b247547db"), "TensorFlow checkpoint"),
    "tensorflow text": (lambda: b'model_checkpoint_path: "m-1"\n', "TensorFlow checkpoint"),
    "json": (lambda: b'{"error": "not found"}', "a JSON document"),
    "text": (lambda: b"rate limit exceeded\n", "a text file"),
    "xml": (lambda: b'<?xml version="1.0"?><Error/>', "an XML document"),
    "image": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "a PNG image"),
    "noise": (lambda: np.random.default_rng(0).bytes(999), "damaged or not a torch file"),
    "network": (lambda: saved(Net()), r"a whole network as Python objects \(\S+\.Net\)"),
    "old network": (lambda: saved({"m": Net()}, old=True), "a whole network as Python objects"),
    "options": (lambda: saved({"o": argparse.Namespace()}), r"tensors \(argparse\.Namespace\)"),
    "nothing": (
        lambda: saved({"epoch": 1, "arch": "x"}),
        r"entries are epoch \(int\), arch \(str\)",
    ),
    "list": (lambda: saved([torch.zeros(1)]), "it is a list"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_weights_is_told_by_its_kind(tmp_path: Path, kind: str) -> None:
    make, message = FILES[kind]
    path = tmp_path / "net.pth"
    path.write_bytes(make())
    with pytest.raises(WeightsError, match=message) as caught:
        read_states(path, "net.pth")
    assert str(caught.value).startswith("net.pth ")


def test_the_classes_of_a_pickle_are_named_without_running_it(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(b"cposix\nsystem\n(S'touch ran'\ntR.")
    assert pickled_classes(path) == ["posix.system"]
    assert not (tmp_path / "ran").exists()


def test_tensors_that_nobody_knows_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"params": {"foo.weight": torch.zeros(2), "bar": torch.ones(1)}}, path)
    with pytest.raises(WeightsError, match=r"'params' has 2 tensors \(foo\.weight, bar\)"):
        load_model(str(path))
