"""Quantising a registered model, and measuring the result."""

import json
import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import safetensors.torch
import torch
from click.testing import CliRunner

from iqabench.cli.compress.quantize import command as quantize_command
from iqabench.compress.calibration import Calibration
from iqabench.compress.figures import figures_of
from iqabench.compress.narrowing import PruningGoal
from iqabench.compress.precision_figures import precision_figures
from iqabench.compress.prune import PruningRequest, prune
from iqabench.compress.quantize import QuantisationRequest, quantise
from iqabench.compress.selection import Selection
from iqabench.compress.variant_folder import WEIGHTS
from iqabench.errors import CompressError, UnknownNameError, UsageError
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_model
from iqabench.models.layers.int8 import has_int8

torch.set_num_threads(1)
FEW = Calibration(crops=6, side=48)


def test_pocket_in_8_bits_is_within_a_tenth_of_a_decibel(tmp_path: Path) -> None:
    layers = quantise(
        QuantisationRequest(parent="pocket", calibration=FEW), tmp_path / "q", command="x"
    )
    assert len(layers) == 9
    assert not any(row.why for row in layers)
    before = figures_of("pocket")["psnr@sr-y on demo"]
    after = figures_of(tmp_path / "q")["psnr@sr-y on demo"]
    assert before is not None
    assert after is not None
    assert 0 < before - after < 0.1
    model = load_model(str(tmp_path / "q"))
    card = model.card
    assert card.variant is not None
    assert (card.id, card.variant.method, card.variant.layout) == (
        "pocket@int8",
        "quantised",
        "int8",
    )
    assert card.variant.recipe == (
        "8-bit weights and activations in 9 of 9 layers, calibrated on 6 crops of demo_x4"
    )
    made = card.variant.made
    assert made["calibration"] == {
        "set": "demo_x4",
        "images": 5,
        "hash": made["calibration"]["hash"],
        "crops": 6,
        "side": 48,
        "seed": 0,
    }
    assert made["difference_to_graph"] < 1e-6
    assert card.params == model.trainable == 47544
    state = safetensors.torch.load_file(tmp_path / "q" / WEIGHTS)
    assert sum(value.dtype == torch.int8 for value in state.values()) == 9


def test_skipped_layers_stay_by_name_or_pattern(tmp_path: Path) -> None:
    order = QuantisationRequest(parent="pocket", calibration=FEW, skip=("head", "body.[0-4]"))
    layers = quantise(order, tmp_path / "q")
    assert [row.layer for row in layers if row.why == "skipped"] == [
        "head",
        "body.0",
        "body.1",
        "body.2",
        "body.3",
        "body.4",
    ]
    state = safetensors.torch.load_file(tmp_path / "q" / WEIGHTS)
    assert "head.weight" in state
    assert "tail.weight_int8" in state
    with pytest.raises(UnknownNameError, match=r"no layer is called 'haed'\. Did you mean 'head'"):
        quantise(QuantisationRequest(parent="pocket", skip=("haed",)), tmp_path / "p")
    with pytest.raises(UsageError, match="--skip is for --to int8"):
        quantise(QuantisationRequest(parent="pocket", to="fp16", skip=("head",)), tmp_path / "p")


@pytest.mark.parametrize(("to", "kind"), [("fp16", torch.float16), ("bf16", torch.bfloat16)])
def test_weights_in_half_precision(
    to: Literal["fp16", "bf16"], kind: torch.dtype, tmp_path: Path
) -> None:
    layers = quantise(QuantisationRequest(parent="pocket", to=to), tmp_path / "h")
    assert {row.weights for row in layers} == {to}
    state = safetensors.torch.load_file(tmp_path / "h" / WEIGHTS)
    assert {value.dtype for value in state.values()} == {kind}
    card = load_model(str(tmp_path / "h")).card
    assert (card.id, card.params) == (f"pocket@{to}", 47544)
    before, after = precision_figures(tmp_path / "h", ("demo",), precision=to, latency=False)
    assert before["weights_file_mib"] == pytest.approx(96456 / 2**20, abs=1e-6)
    key = f"psnr@sr-y on demo in {to}"
    assert (
        30.6 < float(str(after[key])) < float(str(before[key])) + 0.01
    )  # pocket is stored in fp16 itself


def test_values_beyond_half_precision_are_refused(tmp_path: Path) -> None:
    quantise(QuantisationRequest(parent="pocket", to="bf16"), tmp_path / "h")
    state = safetensors.torch.load_file(tmp_path / "h" / WEIGHTS)
    state["head.bias"][0] = 1e6
    safetensors.torch.save_file(state, tmp_path / "h" / WEIGHTS)
    text = (tmp_path / "h" / "card.yaml").read_text()
    (tmp_path / "h" / "card.yaml").write_text(re.sub(r"sha256: \w{64}\n\s+bytes", "bytes", text))
    with pytest.raises(CompressError, match=r"head.bias has values beyond fp16.*bf16"):
        quantise(QuantisationRequest(parent=str(tmp_path / "h"), to="fp16"), tmp_path / "p")


def test_a_pruned_variant_can_be_quantised(tmp_path: Path) -> None:
    goal = PruningGoal(ratio=0.5, selection=Selection(uniform=True))
    prune(PruningRequest(parent="pocket", goal=goal), tmp_path / "p")
    quantise(QuantisationRequest(parent=str(tmp_path / "p"), calibration=FEW), tmp_path / "int8")
    quantise(QuantisationRequest(parent=str(tmp_path / "p"), to="fp16"), tmp_path / "fp16")
    narrow = load_model(str(tmp_path / "int8"))
    assert narrow.module is not None
    assert has_int8(narrow.module)
    assert narrow.trainable == load_model(str(tmp_path / "p")).trainable
    with pytest.raises(CompressError, match="8-bit integers already"):
        quantise(QuantisationRequest(parent=str(tmp_path / "int8"), to="fp16"), tmp_path / "again")
    with pytest.raises(CompressError, match="no convolution"):
        quantise(
            QuantisationRequest(parent=str(tmp_path / "int8"), calibration=FEW), tmp_path / "again"
        )


def test_crops_are_of_one_size_and_in_the_networks_range(photos: Path) -> None:
    card = card_of("pocket")
    how = Calibration(str(photos), crops=5, side=30, seed=3)
    found = how.images(card)
    batches = how.batches(card, found)
    assert [tuple(b.shape) for b in batches] == [(1, 3, 30, 30)] * 5
    assert 0.2 < float(torch.cat(batches).max()) <= 1
    again = how.batches(card, found)
    assert all(torch.equal(a, b) for a, b in zip(batches, again, strict=True))
    other = Calibration(str(photos), crops=5, side=30, seed=4).batches(card, found)
    assert not torch.equal(batches[0], other[0])
    whole = found.samples[0].load().input
    places = [  # the crop is somewhere in its image
        (y, x)
        for y in range(whole.shape[0] - 29)
        for x in range(whole.shape[1] - 29)
        if np.allclose(
            whole[y : y + 30, x : x + 30].transpose(2, 0, 1) / 255, batches[0][0], atol=1e-6
        )
    ]
    assert places
    rlfn = card_of("rlfn", 4)
    assert float(torch.cat(how.batches(rlfn, found)).max()) > 50  # of 255
    with pytest.raises(CompressError, match="no image of photos_x4 gives a crop of 80x80"):
        Calibration(str(photos), side=80).batches(card, found)


def test_denoising_is_calibrated_at_a_level(photos: Path) -> None:
    card = card_of("dncnn_25")
    with pytest.raises(CompressError, match=r"for denoising: .*photos@n25"):
        Calibration().images(card)
    how = Calibration(f"{photos}@n25", crops=2, side=48)
    assert how.batches(card, how.images(card))[0].shape == (1, 1, 48, 48)


def test_the_command_lists_what_was_converted(tmp_path: Path) -> None:
    words = ["--model", "pocket", "--crops", "4", "--side", "48", "--skip", "tail", "--no-timing"]
    done = CliRunner().invoke(
        quantize_command, [*words, "--out", str(tmp_path / "a")], catch_exceptions=False
    )
    assert done.exit_code == 0
    lines = [re.split(r"\s{2,}", line.strip()) for line in done.stdout.splitlines()]
    assert ["head", "Conv2d", "int8, a scale a channel", "uint8, one scale"] in lines
    assert ["tail", "Conv2d", "fp32", "fp32", "skipped"] in lines
    assert any(line[0] == "psnr@sr-y on demo" for line in lines)
    assert "largest difference to torchao's graph: 0" in done.stderr
    done = CliRunner().invoke(
        quantize_command, [*words, "--json", "--out", str(tmp_path / "b")], catch_exceptions=False
    )
    figures = {row["figure"]: row for row in json.loads(done.stdout)}
    assert 0.2 < figures["weights_mib"]["ratio"] < 0.6
    card = load_model(str(tmp_path / "b")).card
    assert card.variant is not None
    assert card.variant.figures["after"]["weights_mib"] == figures["weights_mib"]["after"]
    assert card.variant.made["kept"] == {"tail": "skipped"}
