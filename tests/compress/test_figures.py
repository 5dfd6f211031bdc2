"""Figures of a variant beside its parent's, and sets that cannot be scored."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from iqabench.compress import figures
from iqabench.compress.figures import latency_figure, mean_quality, measure
from iqabench.compress.parent import learned_parameters, network_of
from iqabench.compress.variant_folder import write_variant
from iqabench.errors import CompressError
from iqabench.models.core.card import Variant
from iqabench.models.core.catalogue import card_at
from iqabench.models.core.load import load_model
from iqabench.models.core.mode import PLAIN, Mode
from iqabench.models.core.model import Model
from iqabench.probes import Size
from iqabench.probes.timing import Ratio

torch.set_num_threads(1)


@pytest.fixture
def darker(tmp_path: Path) -> Path:
    """A variant whose outputs are a tenth darker."""
    parent = load_model("pocket")
    network = network_of(parent)
    with torch.no_grad():
        network.get_parameter("tail.bias").sub_(0.1)
    return write_variant(
        tmp_path / "darker",
        name="pocket@darker",
        parent=parent,
        state=network.state_dict(),
        variant=Variant(parent="pocket", method="distilled", recipe="darker, for a test"),
        params=learned_parameters(network),
    )


def test_before_is_the_parents_and_after_the_variants(darker: Path) -> None:
    before, after = measure(darker, ["demo"], latency=False)
    assert before["params@all"] == after["params@all"] == 47544
    worse, better = after["psnr@sr-y on demo"], before["psnr@sr-y on demo"]
    assert worse is not None
    assert better is not None
    assert worse < better - 5
    card = card_at(darker)
    assert card.variant is not None
    assert card.variant.figures == {"before": before, "after": after}
    load_model(str(darker))


def test_the_ratio_is_the_variants_by_the_parents(
    darker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, str, str]] = []

    def ratio(one: Model, other: Model, size: Size, device: str, *, mode: Mode) -> Ratio:
        assert mode == PLAIN
        asked.append((one.card.id, other.card.id, size.name, device))
        return Ratio(0.5, 0.48, 0.53)

    monkeypatch.setattr(figures, "latency_ratio", ratio)
    found = latency_figure("pocket", darker, "3x64x48")
    assert asked == [("pocket", "pocket@darker", "3x64x48", "cpu")]
    assert found == {
        "latency_ms@3x64x48 ratio": 0.5,
        "latency_ms@3x64x48 ratio low": 0.48,
        "latency_ms@3x64x48 ratio high": 0.53,
    }


def test_a_set_that_cannot_be_scored_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    cv2.imwrite(str(folder / "good.png"), image)
    (folder / "bad.png").write_bytes(b"no image")
    with pytest.raises(
        CompressError, match=r"psnr@sr-y of pocket on .*photos cannot be measured: .*bad"
    ):
        mean_quality("pocket", str(folder), "psnr@sr-y", 4)
