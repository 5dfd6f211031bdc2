"""Samples with named parts on their way through a run: masks, clips, settings, state, and what goes wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iqabench.errors import ModelError, SetError
from iqabench.images import read_part, write_image, write_part
from iqabench.metrics import column
from iqabench.models.core.catalogue import card_of, cards
from iqabench.run import Cell, Options, evaluate, plan, score_saved_outputs
from iqabench.sets import Recipe, SampleRef, SampleSet, load_set
from iqabench.sets.place import Place
from iqabench.store import Store
from iqabench.trust import trusting

from .part_runs import clip, fetch, frame, run

MakeModel = Callable[..., str]


@pytest.fixture
def model(networks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Register a network of `networks.py` under its own card; return its id."""

    def make(network: str, card: str = "") -> str:
        folder = tmp_path / "models" / network.lower()
        folder.mkdir(parents=True)
        (folder / "card.yaml").write_text(
            f"family: own\ntitle: own\nlicence: none stated\nnetwork: networks.{network}\n"
            f"{'' if 'task:' in card else 'task: restore'}\nchannels: any\nparams: 0\n{card}\n"
            f"members:\n  - id: {network.lower()}\n"
        )
        monkeypatch.setenv("IQABENCH_MODELS", str(tmp_path / "models"))
        cards.cache_clear()
        return network.lower()

    with trusting():
        yield make
    cards.cache_clear()


def test_a_mask_reaches_the_model(tmp_path: Path, model: MakeModel) -> None:
    mask = np.zeros((24, 32, 1), np.uint8)
    mask[4:8, 4:8] = 255
    target = frame(1)
    write_image(tmp_path / "s" / "target" / "a.png", target)
    write_image(tmp_path / "s" / "input" / "a.png", np.where(mask > 0, 0, target).astype(np.uint8))
    write_image(tmp_path / "s" / "mask" / "a.png", mask)
    name = model("Inpainting", "takes: {input: {}, mask: {}}")
    outcome = run(tmp_path / "r", name, tmp_path / "s", ["psnr@rgb"], save_outputs=tmp_path / "o")
    assert outcome.failures == []
    (saved,) = (tmp_path / "o").rglob("a.png")
    restored = read_part(saved)[0]
    known = np.broadcast_to(mask == 0, target.shape)
    assert np.array_equal(restored[known], target[known])
    assert restored[~known].min() > 0


def test_a_missing_role_is_told_of_before_the_run(tmp_path: Path, model: MakeModel) -> None:
    for role in ("input", "target"):
        write_image(tmp_path / "s" / role / "a.png", frame(1))
    name = model("Inpainting", "takes: {input: {}, mask: {}}")
    with pytest.raises(
        ModelError, match=r"'inpainting' takes a part 'mask', which s_x1 lacks; it has input"
    ):
        plan([name], [str(tmp_path / "s")], [], None)


def test_a_mask_of_another_size_costs_its_sample(tmp_path: Path) -> None:
    for role, side in (("input", 24), ("target", 24), ("mask", 20)):
        write_image(tmp_path / role / "a.png", frame(1, side, side, 1))
    with pytest.raises(SetError, match=r"the mask of 'a' is 20x20; expected 24x24"):
        load_set(str(tmp_path)).samples[0].load()


def test_a_missing_reference_costs_its_sample(tmp_path: Path) -> None:
    for role in ("input", "target"):
        for name in ("a", "b"):
            write_image(tmp_path / role / f"{name}.png", frame(1))
    write_image(tmp_path / "reference" / "a.png", frame(2))
    first, second = load_set(str(tmp_path)).samples
    assert set(first.load().parts) == {"input", "target", "reference"}
    with pytest.raises(SetError, match="'b' has no reference: "):
        second.load()


def test_a_clip_has_a_record_for_each_frame_and_their_mean(tmp_path: Path) -> None:
    clip(tmp_path / "s" / "target", "walk", 12)
    clip(tmp_path / "s" / "target", "city", 3, seed=50)
    outcome = run(
        tmp_path / "r", "bicubic", tmp_path / "s", ["psnr@rgb"], save_outputs=tmp_path / "o"
    )
    assert (outcome.done, outcome.failures) == (2, [])
    frames = fetch(tmp_path / "r", "sample, frame, value", "frames")
    assert [row[:2] for row in frames] == [
        *(("city", t) for t in range(3)),
        *(("walk", t) for t in range(12)),
    ]
    means = dict(fetch(tmp_path / "r", "sample, value"))
    assert means["walk"] == pytest.approx(
        np.mean([v for name, _, v in frames if name == "walk"]), rel=1e-12
    )
    again = run(
        tmp_path / "r", "bicubic", tmp_path / "s", ["psnr@rgb"], save_outputs=tmp_path / "o"
    )
    assert (again.done, again.skipped) == (0, 2)
    scored = score_saved_outputs(tmp_path / "o", Store(tmp_path / "r"), ["mae@rgb"])
    assert "is a clip of 12 frames, and saved clips are not" in str(scored.failures[-1])
    (saved,) = (tmp_path / "o").rglob("walk.npz")
    assert read_part(saved).shape == (12, 24, 32, 3)


def test_frames_stand_in_their_natural_order(tmp_path: Path) -> None:
    clip(tmp_path / "target", "walk", 11)
    target = load_set(str(tmp_path)).samples[0].load().parts["target"]
    assert np.array_equal(target[10], frame(10))
    assert np.array_equal(target[1], frame(1))


def test_clips_of_other_lengths_are_refused(tmp_path: Path) -> None:
    clip(tmp_path / "target", "walk", 3)
    clip(tmp_path / "input", "walk", 4)
    with pytest.raises(
        SetError, match=r"clips of 'walk' differ in length \(input 4, target 3 frames\)"
    ):
        load_set(str(tmp_path)).samples[0].load()


def test_frames_of_other_sizes_are_refused(tmp_path: Path) -> None:
    write_image(tmp_path / "target" / "walk" / "1.png", frame(1))
    write_image(tmp_path / "target" / "walk" / "2.png", frame(1, 28))
    with pytest.raises(
        SetError, match=r"'walk' differ: .*2\.png is 32x28, 3 bands, uint8, and 1 of"
    ):
        load_set(str(tmp_path)).samples[0].load()


def test_state_is_carried_from_frame_to_frame(tmp_path: Path, model: MakeModel) -> None:
    clip(tmp_path / "s" / "input", "walk", 3)
    name = model("Running", "state: true")
    run(tmp_path / "r", name, tmp_path / "s@x1", ["total_variation"], save_outputs=tmp_path / "o")
    (saved,) = (tmp_path / "o").rglob("walk.npz")
    expected = np.floor(np.mean([frame(t).astype(float) for t in range(3)], axis=0) + 0.5)
    assert np.abs(read_part(saved)[2] - expected).max() <= 1


def test_settings_have_keys_and_outputs_of_their_own(tmp_path: Path, model: MakeModel) -> None:
    write_image(tmp_path / "s" / "a.png", frame(1))
    name = model("Fading", "settings: {alpha: {low: 0, high: 1, default: 0}}")
    folder = tmp_path / "s@x1"
    for settings in ((), ("alpha=0.5",), ("alpha=0",)):
        run(
            tmp_path / "r",
            name,
            folder,
            ["psnr@rgb"],
            settings=settings,
            save_outputs=tmp_path / "o",
        )
    rows = fetch(tmp_path / "r", "setting, value")
    assert [setting for setting, _ in rows] == ["", "alpha=0.5"]
    assert rows[0][1] == float("inf")
    assert len(list((tmp_path / "o").rglob("a.png"))) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("beta=1", "the model 'fading' has no setting 'beta'; it has alpha"),
        (
            "alpha=2",
            "'alpha=2' is not a value of alpha; expected a number from 0 to 1, as in alpha=0",
        ),
        ("alpha=x", "'alpha=x' is not a value of alpha"),
        ("alpha", "'alpha' is not a value of alpha"),
    ],
)
def test_a_wrong_setting_is_refused(
    tmp_path: Path, model: MakeModel, text: str, message: str
) -> None:
    write_image(tmp_path / "s" / "a.png", frame(1))
    name = model("Fading", "settings: {alpha: {low: 0, high: 1, default: 0}}")
    with pytest.raises(Exception, match=message):
        run(tmp_path / "r", name, tmp_path / "s@x1", ["psnr@rgb"], settings=(text,))


@pytest.mark.parametrize(
    ("network", "card", "message"),
    [
        (
            "Shortened",
            "takes: {input: {frames: all}}",
            "returned 2 frames of output; its card says 3",
        ),
        ("OtherRole", "takes: {input: {frames: all}}", "returned low; its card says output"),
        (
            "Spectrum",
            "takes: {input: {frames: all}}",
            "returned output of complex64; its card says uint8",
        ),
        (
            "Shortened",
            "takes: {input: {frames: 2}}",
            "takes a part 'input' of 2 frames; the sample's has 3",
        ),
        (
            "Shortened",
            "takes: {input: {frames: all, depth: uint16}}",
            "takes a part 'input' of the depth uint16; the sample's is uint8",
        ),
    ],
)
def test_a_model_that_breaks_its_card_fails_with_the_reason(
    tmp_path: Path, model: MakeModel, network: str, card: str, message: str
) -> None:
    clip(tmp_path / "s" / "target", "walk", 3)
    clip(tmp_path / "s" / "input", "walk", 3)
    outcome = run(tmp_path / "r", model(network, card), tmp_path / "s", ["psnr@rgb"])
    (failure,) = outcome.failures
    assert message in failure.error
    assert fetch(tmp_path / "r", "status") == [("failed",)]


def test_an_unknown_role_on_a_card_gets_suggestions(tmp_path: Path, model: MakeModel) -> None:
    name = model("Inpainting", "takes: {input: {}, maks: {}}")
    with pytest.raises(Exception, match=r"no role is called 'maks'\. Did you mean 'mask'"):
        plan([name], ["demo"], [], None)


def test_a_rational_scale_rides_through_a_run(tmp_path: Path, model: MakeModel) -> None:
    write_image(tmp_path / "s" / "a.png", frame(1, 25, 34))
    name = model("Stretch", "scale: 3/2\ntask: sr")
    outcome = run(tmp_path / "r", name, tmp_path / "s@x1.5", ["psnr@sr-rgb"])
    assert outcome.failures == []
    (row,) = fetch(tmp_path / "r", "level, scale, scale_denominator, status")
    assert row == ("x1.5", 3, 2, "ok")
    sample = load_set(f"{tmp_path}/s@x1.5").samples[0].load()
    assert sample.input.shape == (16, 22, 3)
    assert sample.target is not None
    assert sample.target.shape == (24, 33, 3)
    with pytest.raises(ModelError, match=r"'stretch' has x1\.5, not x2"):
        plan([name], [f"{tmp_path}/s@x2"], [], None)


def test_sixteen_bits_go_in_and_come_out(tmp_path: Path, model: MakeModel) -> None:
    """Outputs are kept in the depth of the card, and no 8-bit metric is given them."""
    rng = np.random.default_rng(4)
    pixels = rng.integers(0, 2048, (12, 16, 3)).astype(np.uint16)
    write_part(tmp_path / "deep", pixels[None])
    ref = SampleRef("deep", Recipe(1), {role: (Place(tmp_path / "deep.png", "deep.png"),) for role in
                                        ("input", "target")}, depth="uint16")  # fmt: skip
    images = SampleSet("mine", "Mine", "restore", "", 1, "rgb", (ref,), "mine")
    deep = "{frames: each, depth: uint16}"
    card = card_of(
        model("Halving", f"range: 255\ntakes: {{input: {deep}}}\ngives: {{output: {deep}}}")
    )
    cell = Cell("halving", card, images, "image", (column("psnr@rgb"),))
    options = Options(device="cpu", save_outputs=tmp_path / "o")
    outcome = evaluate([cell], Store(tmp_path / "r"), options)
    assert "this output is uint16" in outcome.failures[0].error
    (saved,) = (tmp_path / "o").rglob("deep.png")
    expected = ((pixels.astype(np.int64) + 1) // 2).astype(np.uint16)
    assert np.array_equal(read_part(saved)[0], expected)


def test_a_clip_with_a_gap_in_its_numbers_is_not_restored(tmp_path: Path) -> None:
    clip(tmp_path / "s" / "target", "good", 4)
    clip(tmp_path / "s" / "target", "gap", 5)
    (tmp_path / "s" / "target" / "gap" / "Frame 3.png").unlink()
    outcome = run(tmp_path / "r", "bicubic", tmp_path / "s", ["psnr@rgb"])
    (message,) = {failure.error for failure in outcome.failures}
    assert (
        "between Frame 2.png and Frame 4.png the numbers of frames step by 2, elsewhere by 1"
        in message
    )
    ok = fetch(tmp_path / "r", "sample", "(SELECT * FROM records WHERE status = 'ok')")
    assert ok == [("good",)]


def test_a_clip_with_no_frame_left_is_told(tmp_path: Path) -> None:
    for name, frames in (("long", 6), ("short", 3)):
        clip(tmp_path / "s" / "target", name, frames)
    run(tmp_path / "r", "bicubic", tmp_path / "s", ["psnr@duf"])
    rows = fetch(tmp_path / "r", "sample, status, error")
    assert rows[0][:2] == ("long", "ok")
    assert "the frames 2:-2 of a clip, and none of 3 is left" in rows[1][2]
