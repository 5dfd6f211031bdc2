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
    assert crops.target.shape == (48, 48, 3)
    assert crops.target[0, [0, 16, 32], 0].tolist() == [10, 20, 30]
    assert np.array_equal(crops.output, crops.target)
