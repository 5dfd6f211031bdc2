"""The embedded model: the file in the package, its quality, and the script that trained it."""

import csv
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file

from iqabench.degradations.bicubic import imresize
from iqabench.errors import SetError
from iqabench.images import Image, read_image, view, write_image
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_model
from iqabench.models.core.weights_file import weights_path
from iqabench.models.pocket.network import Pocket
from iqabench.models.pocket.train import ExpandedPocket, main, training_of, write
from iqabench.protocols import protocol
from iqabench.training.patches import FLAT, SIDE, batch, cut, detail, prepare, split
from iqabench.training.plan import Plan
from iqabench.training.validation import validate

PAIRS = Path(__file__).parents[1] / "degradations" / "pairs.csv"
BICUBIC_DB = 28.4290
LIMIT_BYTES = 100_000


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 12), (24, 17)])
def test_the_output_is_four_times_as_large(height: int, width: int) -> None:
    assert Pocket()(torch.rand(2, 3, height, width)).shape == (2, 3, 4 * height, 4 * width)


def test_the_file_is_the_one_on_the_card() -> None:
    card = card_of("pocket")
    assert card.weights is not None
    data = weights_path(card).read_bytes()
    assert len(data) == card.weights.bytes
    assert len(data) <= LIMIT_BYTES
    assert hashlib.sha256(data).hexdigest() == card.weights.sha256
    state = load_file(weights_path(card))
    Pocket(card.whole_scale, **card.arguments).load_state_dict(state, strict=True)
    assert sum(weight.numel() for weight in state.values()) == card.params


def test_a_flat_image_stays_flat() -> None:
    """Untrained weights, or weights in the wrong range, would tint it."""
    output = load_model("pocket").forward(torch.full((1, 3, 32, 32), 128.0))
    assert (output[..., 44:-44, 44:-44] - 128).abs().max() < 2


def restore(image: Image) -> Image:
    x = torch.from_numpy(image.copy()).permute(2, 0, 1)[None]
    return load_model("pocket").forward(x)[0].permute(1, 2, 0).numpy()


def mirrored(mirror: str, sha256: str) -> Image:
    for root in mirror.split(os.pathsep):
        path = Path(root, "sha256", sha256[:2], sha256)
        if path.is_file():
            return read_image(path)
    pytest.skip(f"NO FILE: the mirror lacks {sha256}")


def test_set5_is_well_above_bicubic(mirror: str) -> None:
    with PAIRS.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if (r["set"], r["scale"]) == ("set5", "4")]
    assert len(rows) == 5
    values = []
    for row in rows:
        target, source = (mirrored(mirror, row[f"{role}_sha256"]) for role in ("target", "input"))
        pair = view(protocol("sr-y"), restore(source), target, 4)
        error = pair.output.astype(np.float64) - pair.target
        values.append(10 * np.log10(255**2 / np.mean(error**2)))
    assert np.mean(values) >= BICUBIC_DB + 1.2
    assert np.mean(values) == pytest.approx(30.897, abs=0.005)  # as the card says


def test_patches_are_aligned_and_never_flat() -> None:
    rng = np.random.default_rng(1)
    copy = np.zeros((240, 480, 3), np.uint8)
    copy[:, 240:] = rng.integers(0, 256, (240, 240, 3))
    small = imresize(copy, 0.25)
    found = list(cut(copy, 60, rng))
    assert 0 < len(found) < 60
    for source, target in found:
        assert detail(target) >= FLAT
        places = [
            (y, x)
            for y in range(small.shape[0] - SIDE + 1)
            for x in range(small.shape[1] - SIDE + 1)
            if np.array_equal(small[y : y + SIDE, x : x + SIDE], source)
        ]
        assert any(
            np.array_equal(copy[4 * y : 4 * (y + SIDE), 4 * x : 4 * (x + SIDE)], target)
            for y, x in places
        )


def test_held_out_photographs_are_not_learned_from(photos: Path) -> None:
    learned, held = split(photos)
    assert [p.name for p in held] == ["a.png"]
    assert [p.name for p in learned] == ["b.png", "c.png"]
    for name in ("b", "c"):
        (photos / f"{name}.png").unlink()
    with pytest.raises(SetError, match="1 images"):
        split(photos)


def test_flat_photographs_are_refused(tmp_path: Path) -> None:
    write_image(tmp_path / "flat.png", np.full((220, 220, 3), 90, np.uint8))
    with pytest.raises(SetError, match="no patch"):
        prepare([tmp_path / "flat.png"], tmp_path / "patches", 3, seed=0)
    assert not (tmp_path / "patches").exists()


def test_a_batch_depends_on_seed_and_step_alone(photos: Path, tmp_path: Path) -> None:
    patches = prepare(split(photos)[0], tmp_path / "patches", 4, seed=0)
    first, again, other = (batch(patches, 3, 7, step) for step in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])
    assert first[0].shape == (3, 3, 48, 48)
    assert first[1].shape == (3, 3, 192, 192)


def test_collapsing_changes_nothing() -> None:
    torch.manual_seed(3)
    plain, expanded = Pocket(), ExpandedPocket(Pocket(), wide=8)
    plain.load_state_dict(expanded.collapse(), strict=True)
    x = torch.rand(1, 3, 9, 10)
    torch.testing.assert_close(plain(x), expanded(x), rtol=1e-6, atol=1e-6)
    expanded(x).sum().backward()
    assert all(factor.grad is not None for factor in (*expanded.wide, *expanded.mix))


def test_training_lowers_the_error(photos: Path, tmp_path: Path) -> None:
    patches = prepare(split(photos)[0], tmp_path / "patches", 4, seed=0, side=20)
    training = training_of(Plan(steps=40, batch=2, warm_up=1, coarse=0), tmp_path)
    before = validate(training.module, patches)
    errors = [training.advance(patches) for _ in range(40)]
    assert np.mean(errors[-5:]) < 0.9 * np.mean(errors[:5])
    assert validate(training.module, patches) > before


def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(
    photos: Path, tmp_path: Path
) -> None:
    patches = prepare(split(photos)[0], tmp_path / "patches", 4, seed=0)
    plan = Plan(steps=4, batch=2, coarse=0.5)
    ends = []
    for name, stops in (("straight", ()), ("stopped", (2,))):
        work, out = tmp_path / name, tmp_path / name / "out.safetensors"
        training = training_of(plan, work)
        while training.step < plan.steps:
            training.advance(patches)
            if training.step in stops:
                training.save()
                training = training_of(plan, work)
                assert training.step in stops
        training.save()
        assert isinstance(training.module, ExpandedPocket)
        write(training.module, out)
        ends.append(load_file(out))
    assert ends[0].keys() == ends[1].keys()
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_the_script_writes_weights_and_goes_on(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.safetensors"
    words = ["--photos", str(photos), "--out", str(out), "--steps", "2", "--save-every", "1"]
    done = CliRunner().invoke(main, [*words, "--per-copy", "4"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "step 2/2" in done.output
    assert out.stat().st_size <= LIMIT_BYTES
    Pocket().load_state_dict(load_file(out), strict=True)
    again = CliRunner().invoke(main, words, catch_exceptions=False)
    assert again.exit_code == 0
    assert "step" not in again.output
