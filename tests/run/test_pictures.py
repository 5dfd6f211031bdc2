"""The pictures and outputs that a run keeps beside its records."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import StoreError
from iqabench.images import read_image
from iqabench.models.core.restore_parts import RestoredParts
from iqabench.run import (
    Options,
    evaluate,
    plan,
    score_folder,
    targets_of_set,
)
from iqabench.run.crops import cut_crops
from iqabench.samples import Sample
from iqabench.store import Store
from run.evaluated import records, run


def test_outputs_are_saved_and_score_the_same(tmp_path: Path) -> None:
    run(tmp_path / "a", save_outputs=tmp_path / "out")
    folder = tmp_path / "out" / "bicubic" / "demo_x2"
    score_folder(
        folder, targets_of_set("demo", 2), Store(tmp_path / "b"), ["psnr@sr-y"], device="cpu"
    )
    ran = {r["sample"]: r["value"] for r in records(tmp_path / "a")}
    scored = {r["sample"]: r["value"] for r in records(tmp_path / "b")}
    assert ran == scored


def test_saved_outputs_that_are_gone_are_made_again(tmp_path: Path) -> None:
    run(tmp_path / "a", save_outputs=tmp_path / "out")
    next((tmp_path / "out" / "bicubic" / "demo_x2").glob("*.png")).unlink()
    assert run(tmp_path / "a", save_outputs=tmp_path / "out").done == 1


def test_evidence_is_cut_where_the_target_is_detailed(tmp_path: Path) -> None:
    run(tmp_path)
    cuts = sorted(p.name for p in (tmp_path / "crops").rglob("*.png"))
    assert Counter(n.split("-")[0] for n in cuts) == {"input.png": 5, "target.png": 5, "model": 5}
    target = read_image(next((tmp_path / "crops").rglob("target.png")))
    assert target.shape == (144, 144, 3)
    assert target.std() > 20


def test_every_condition_keeps_a_picture_of_its_own(tmp_path: Path) -> None:
    run(tmp_path, "pocket", 4, limit=1)
    run(tmp_path, "pocket", 4, limit=1, precision="bf16")
    run(tmp_path, "pocket", 4, limit=1, tile=48)
    cuts = [p.stem.split("-", 3)[3:] for p in (tmp_path / "crops").rglob("model-*.png")]
    assert sorted(cuts) == [[], ["bf16"], ["tile48"]]


def test_no_record_is_kept_without_its_picture(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / "crops").write_text("a file where a folder must go")
    with pytest.raises(StoreError, match="cannot be written"):
        evaluate(plan(["bicubic"], ["demo"], [], 4), store, Options(progress=False, limit=1))
    (tmp_path / "crops").unlink()
    outcome = evaluate(plan(["bicubic"], ["demo"], [], 4), store, Options(progress=False, limit=1))
    assert outcome.done == 1
    assert len(list((tmp_path / "crops").rglob("model-*.png"))) == 1


def test_crops_of_a_clip_show_three_frames_in_a_row() -> None:
    clip = np.stack([np.full((48, 48, 3), 10 * t, np.uint8) for t in range(5)])
    sample = Sample("clip", {"input": clip, "target": clip})
    crops = cut_crops(sample, RestoredParts({"output": clip.astype(np.float32)}))
    assert crops is not None
    assert crops.target is not None
    assert crops.target.shape == (48, 48, 3)
    assert crops.target[0, [0, 16, 32], 0].tolist() == [10, 20, 30]
    assert np.array_equal(crops.output, crops.target)


def test_bands_are_shown_in_false_colour_stretched_as_the_target() -> None:
    target = np.zeros((1, 8, 8, 8), np.uint16)
    target[..., 4], target[0, :4, :, 2], target[..., 7] = 1000, 500, 2047
    sample = Sample("scene", {"input": target[:, ::4, ::4], "target": target})
    crops = cut_crops(sample, RestoredParts({"output": (target // 2).astype(np.uint16)}))
    assert crops is not None
    assert crops.target is not None
    assert crops.target[0, 0].tolist() == [255, 128, 0]  # bands 5, 3 and 2; the eighth is not shown
    assert crops.output[0, 0].tolist() == [128, 64, 0]
    assert crops.input.shape == (2, 2, 3)


def test_complex_pixels_are_shown_as_their_magnitude() -> None:
    ramp = np.linspace(0, 1, 100).reshape(1, 10, 10, 1)
    target = (ramp * np.exp(1j)).astype(np.complex64)
    sample = Sample("slice", {"input": target, "target": target})
    crops = cut_crops(sample, RestoredParts({"output": target}))
    assert crops is not None
    assert crops.target is not None
    assert crops.target.shape == (10, 10, 1)
    assert crops.target.ravel()[[0, 99]].tolist() == [0, 255]
    assert abs(int(crops.output[5, 0, 0]) - 128) <= 2


def test_the_edge_of_a_mask_is_drawn_on_the_input() -> None:
    image = np.full((1, 20, 20, 3), 90, np.uint8)
    mask = np.zeros((1, 20, 20, 1), np.uint8)
    mask[0, 5:15, 5:15] = 255
    crops = cut_crops(
        Sample("face", {"input": image, "target": image, "mask": mask}),
        RestoredParts({"output": image.astype(np.float32)}),
    )
    assert crops is not None
    assert crops.target is not None
    drawn = (crops.input == (255, 221, 0)).all(axis=2)
    assert drawn.sum() == 36  # the ring inside ten by ten pixels
    assert np.array_equal(crops.target, image[0])


def test_sources_stand_beside_the_output_where_there_is_no_target() -> None:
    sources = np.stack([np.full((20, 20, 3), grey, np.uint8) for grey in (10, 200)])
    crops = cut_crops(
        Sample("pair", {"input": sources}),
        RestoredParts({"output": sources[:1].astype(np.float32)}),
    )
    assert crops is not None
    assert crops.target is None
    assert (crops.input[0, 0, 0], crops.parts["input-2"][0, 0, 0]) == (10, 200)


def test_a_panchromatic_image_has_a_picture_with_a_range_of_its_own() -> None:
    pan = np.linspace(0, 2000, 64).reshape(1, 8, 8, 1).astype(np.uint16)
    bands = np.full((1, 2, 2, 8), 1000, np.uint16)
    bands[0, 0] = 0
    crops = cut_crops(
        Sample("scene", {"input": bands, "pan": pan}),
        RestoredParts({"output": np.repeat(np.repeat(bands, 4, 1), 4, 2)}),
    )
    assert crops is not None
    assert crops.parts["pan"].ravel()[[0, 63]].tolist() == [0, 255]
    assert crops.output[[0, 7], 0, 0].tolist() == [0, 255]


def test_both_outputs_of_a_round_trip_are_cut_at_one_place() -> None:
    image = np.random.default_rng(0).integers(0, 255, (1, 200, 300, 3), np.uint8)
    low = image[:, ::4, ::4]
    sample = Sample("bird", {"input": image, "target": image, "low_target": low})
    crops = cut_crops(
        sample, RestoredParts({"output": image.astype(np.float32), "low": low.astype(np.float32)})
    )
    assert crops is not None
    assert crops.target is not None
    assert crops.outputs["low"].shape == (36, 36, 3)
    assert np.array_equal(crops.outputs["low"], crops.target[::4, ::4])
    assert np.array_equal(crops.parts["low_target"], crops.outputs["low"])


def test_a_foreground_is_shown_by_itself_and_a_hole_is_not() -> None:
    image = np.full((1, 20, 20, 3), 90, np.uint8)
    mask = np.zeros((1, 20, 20, 1), np.uint8)
    mask[0, 5:15, 5:15] = 255
    sample = Sample("pasted", {"input": image, "target": image, "mask": mask})
    restored = RestoredParts({"output": image.astype(np.float32)})
    pasted, holed = (cut_crops(sample, restored, marks) for marks in ("foreground", "hole"))
    assert pasted is not None
    assert holed is not None
    assert ([*pasted.parts], [*holed.parts]) == (["mask", "foreground"], ["mask"])
    assert (pasted.parts["foreground"] == 90).all(axis=2).sum() == 100


def test_a_reference_of_another_size_is_shown_whole_beside_the_window() -> None:
    image = np.random.default_rng(0).integers(0, 255, (1, 200, 300, 3), np.uint8)
    references = np.full((2, 60, 30, 3), 50, np.uint8)
    references[0, 30:] = 150
    sample = Sample(
        "scene", {"input": image[:, ::4, ::4], "target": image, "reference": references}
    )
    restored = RestoredParts({"output": image.astype(np.float32)})
    crops = cut_crops(sample, restored, independent=("reference",))
    assert crops is not None
    assert set(crops.parts) == {"reference", "reference-2"}
    shown = crops.parts["reference"]
    assert shown.shape == crops.output.shape == (144, 144, 3)
    assert shown[[41, 43, 100, 103], 72, 0].tolist() == [225, 50, 150, 225]  # never enlarged
    large = np.full((1, 720, 360, 1), 9, np.uint8)
    sample = Sample("scene", {**sample.parts, "reference": large})
    crops = cut_crops(sample, restored, independent=("reference",))
    assert crops is not None
    assert crops.parts["reference"][:, :, 0].tolist()[5].count(9) == 72


def test_an_enlarged_image_without_a_target_has_crops_at_one_place() -> None:
    source = np.zeros((1, 50, 60, 3), np.uint8)
    source[:, 40:48, 50:58] = np.random.default_rng(0).integers(0, 255, (1, 8, 8, 3), np.uint8)
    output = source.repeat(4, 1).repeat(4, 2)
    crops = cut_crops(
        Sample("scene", {"input": source}), RestoredParts({"output": output.astype(np.float32)})
    )
    assert crops is not None
    assert crops.target is None
    assert crops.input.shape == (36, 36, 3)
    assert crops.input.any()
    assert np.array_equal(crops.output[::4, ::4], crops.input)
