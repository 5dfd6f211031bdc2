"""The calling convention of models that users bring: range, multiple, channels, output, and sizes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import ModelError, UsageError
from iqabench.images import luma
from iqabench.images.imresize import imresize
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.load import check_convention, is_own, load_model
from iqabench.models.core.model import Model
from iqabench.models.core.restore import restore
from iqabench.probes import cost_columns
from iqabench.run import Options, evaluate, plan
from iqabench.run.profile import ProfileOptions, profile
from iqabench.store import Store

NETWORKS = """
import torch
from torch import nn
from torch.nn import functional as F


class Doubling(nn.Module):
    def __init__(self, change=lambda y: y, check=lambda x: x):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1))
        self.change, self.check = change, check

    def forward(self, x):
        self.check(x)
        return self.change(F.interpolate(x * self.gain, scale_factor=2.0, mode="nearest"))


def check(holds):
    def run(x):
        if not holds(x):
            raise ValueError("not such an image")
    return run


def plain(): return Doubling()
def brighter(): return Doubling(lambda y: y + 10)
def a_pair(): return Doubling(lambda y: (y[:, :, ::2, ::2], y))
def a_dict(): return Doubling(lambda y: {"loss": torch.zeros(1), "sr": y})
def nothing(): return Doubling(lambda y: None)
def bytes_(): return Doubling(lambda y: (y * 255).to(torch.uint8))
def grey(): return Doubling(check=check(lambda x: x.shape[1] == 1))
def even(): return Doubling(check=check(lambda x: x.shape[2] % 2 == 0 and x.shape[3] % 2 == 0))
def cropping(): return Doubling(lambda y: y[:, :, : y.shape[2] // 8 * 8, : y.shape[3] // 8 * 8])
def at_least_15(): return Doubling(check=check(lambda x: min(x.shape[2:]) >= 15))
def at_least_100(): return Doubling(check=check(lambda x: min(x.shape[2:]) >= 100))
def unpadded(): return nn.Conv2d(3, 3, 9)
def odd_scale(): return Doubling(lambda y: F.interpolate(y, scale_factor=1.25))
"""

IMAGE = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
DOUBLED = IMAGE.repeat(2, axis=0).repeat(2, axis=1)


@pytest.fixture
def networks(in_tmp: Path) -> Iterator[str]:
    (in_tmp / "nets_by_convention.py").write_text(NETWORKS)
    yield "nets_by_convention"
    sys.modules.pop("nets_by_convention", None)


def loaded(networks: str, name: str, **declared: object) -> Model:
    return load_model(f"{networks}:{name}", convention=CallingConvention(**declared))  # type: ignore[arg-type]


def test_a_declared_range_reaches_the_network(networks: str) -> None:
    model = loaded(networks, "brighter", range=255)
    assert np.allclose(restore(model, IMAGE).image, DOUBLED + 10.0)
    assert (model.convention, model.card.range) == ("range=255", 255)
    assert loaded(networks, "brighter", range=1).convention == ""


@pytest.mark.parametrize(("name", "output"), [("a_pair", "1"), ("a_pair", "-1"), ("a_dict", "sr")])
def test_an_output_is_chosen_by_place_or_name(networks: str, name: str, output: str) -> None:
    assert np.array_equal(restore(loaded(networks, name, output=output), IMAGE).image, DOUBLED)


@pytest.mark.parametrize(
    ("name", "output", "message"),
    [
        ("a_pair", "", r"a tuple \(0: 1x3x64x64, 1: 1x3x128x128\); .*--output 1"),
        ("a_dict", "", r"a dict \(loss: 1, sr: 1x3x128x128\); .*--output sr"),
        ("a_dict", "hr", r"no output 'hr'; expected one of loss, sr"),
        ("a_pair", "2", r"no output '2'; expected one of 0, 1"),
        ("plain", "0", r"returned one tensor; leave --output 0 out"),
        (
            "nothing",
            "",
            r"returned nothing \(None\); expected a tensor. Return only the restored image\.$",
        ),
        ("unpadded", "", r"64x64 into 56x56, which is x7/8 of the width"),
        ("odd_scale", "", r"64x64 into 160x160, which is x5/2 of the width"),
        ("at_least_100", "", r"takes no image of 64x64.* It takes 128x128: type --multiple 128"),
    ],
)
def test_an_output_that_is_no_image_is_told_with_the_way_out(
    networks: str, name: str, output: str, message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        loaded(networks, name, output=output)


def test_integers_are_not_taken_for_values_between_0_and_1(networks: str) -> None:
    with pytest.raises(ModelError, match=r"values of uint8, .*--range 255"):
        restore(loaded(networks, "bytes_"), IMAGE)


@pytest.mark.parametrize(("name", "multiple"), [("even", 2), ("cropping", 4), ("at_least_15", 15)])
def test_a_size_that_a_network_does_not_take_is_told_with_one_that_it_takes(
    networks: str, name: str, multiple: int
) -> None:
    with pytest.raises(ModelError, match=f"7x9.* --multiple {multiple}"):
        restore(loaded(networks, name), IMAGE)
    padded = restore(loaded(networks, name, multiple=multiple), IMAGE).image
    assert np.array_equal(padded, DOUBLED)


def test_a_network_of_luma_restores_colour(networks: str) -> None:
    with pytest.raises(ModelError, match="--channels y"):
        restore(loaded(networks, "grey"), IMAGE)
    model = loaded(networks, "grey", channels="y")
    output = restore(model, IMAGE).image
    expected = luma(IMAGE, dtype=np.float64).repeat(2, axis=0).repeat(2, axis=1)
    assert np.allclose(luma(output, dtype=np.float64), expected, atol=1e-4)
    # Chroma is that of a bicubic enlargement: so are all differences of channels, up to one gain.
    enlarged = imresize(IMAGE.astype(np.float64), 2.0)
    blue = (output - output @ [[0.299], [0.587], [0.114]])[:, :, 2]
    assert np.allclose(
        blue, (enlarged - enlarged @ [[0.299], [0.587], [0.114]])[:, :, 2], atol=1e-3
    )
    grey = IMAGE[:, :, :1]
    assert np.allclose(restore(model, grey).image, DOUBLED[:, :, :1], atol=1e-4)


def test_the_convention_is_part_of_the_keys_of_records(networks: str) -> None:
    store, name = Store(Path("results")), f"{networks}:brighter"
    (cells,) = (plan([name], ["demo"], ["psnr"], 2),)
    one, other, declared = (
        evaluate(cells, store, Options(limit=1, convention=c, progress=False)).keys
        for c in (AS_FOUND, CallingConvention(range=255), CallingConvention(range=1))
    )
    assert one != other
    assert one == declared
    columns = cost_columns(["params"])
    costs = [
        profile([name, "bicubic"], columns, None, store, ProfileOptions(convention=c, scale=2))
        for c in (AS_FOUND, CallingConvention(range=255))
    ]
    assert costs[0].keys_of(name) != costs[1].keys_of(name)
    assert costs[0].keys_of("bicubic") == costs[1].keys_of("bicubic")


def test_a_convention_does_not_hold_for_registered_models() -> None:
    declared = CallingConvention(range=255, multiple=8)
    with pytest.raises(
        UsageError, match="--range 255 --multiple 8 does not hold for rlfn_x4, which is"
    ):
        load_model("rlfn", convention=declared)
    with pytest.raises(UsageError, match="rlfn and imdn, which are registered"):
        check_convention(["rlfn", "imdn"], declared)
    assert "bicubic, which is" in check_convention(["bicubic", "a.pth"], declared)
    assert check_convention(["bicubic", "a.pth"], AS_FOUND) == ""
    with pytest.raises(UsageError, match="does not hold for a command"):
        load_model("cmd:cp {input} {output}", convention=declared)


def test_a_folder_with_a_card_is_a_model_by_its_bare_name(in_tmp: Path) -> None:
    for name in ("mine", "pocket"):
        Path(name).mkdir()
        Path(name, "card.yaml").write_text("family: mine\nmembers: []\n")
    assert (is_own("mine"), is_own("pocket"), is_own("yours")) == (True, False, False)
