"""Outputs are scored against the parts that they were made from: sources, panchromatic images, masks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iqabench
from iqabench.errors import IqabenchError, UsageError
from iqabench.images import AS_STORED, write_image, write_part
from iqabench.run import (
    PairingOptions,
    Targets,
    no_targets,
    score_folder,
    targets_for_many,
    targets_of_folder,
    targets_of_set,
    with_inputs,
    with_parts,
)
from iqabench.run.scoring.sample_parts import FolderParts, files_of_role, role_of
from iqabench.store import Store
from run.evaluated import records

MI = "fusion_mi@rgb"


def picture(number: int, side: int = 48) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8)


@pytest.fixture(scope="module")
def fused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two fused images in `out`, and the two sources of each in `src`."""
    top = tmp_path_factory.mktemp("fused")
    for at, name in enumerate("ab"):
        first, second = picture(2 * at), picture(2 * at + 1)
        write_image(top / "src" / name / "1.png", first)
        write_image(top / "src" / name / "2.png", second)
        write_image(top / "out" / f"{name}.png", np.maximum(first, second))
    return top


def values(store: Path) -> dict[str, float]:
    return {row["sample"]: row["value"] for row in records(store)}


def score(top: Path, targets: Targets, store: Path, *columns: str) -> dict[str, float]:
    score_folder(top / "out", targets, Store(store), list(columns), device="cpu")
    return values(store)


def test_sources_in_folders_give_what_the_metric_gives_in_memory(
    fused: Path, tmp_path: Path
) -> None:
    targets = with_parts(no_targets(fused / "out", None), {"input": fused / "src"}, None)
    found = score(fused, targets, tmp_path / "r", MI)
    for at, name in enumerate("ab"):
        first, second = picture(2 * at), picture(2 * at + 1)
        of_one = {"input": [first, second]}
        assert found[name] == iqabench.metric(MI)(np.maximum(first, second), parts=of_one)
    outputs = [np.maximum(picture(0), picture(1)), np.maximum(picture(2), picture(3))]
    parts: Any = {"input": [[picture(0), picture(1)], [picture(2), picture(3)]]}
    table = iqabench.score(outputs, columns=MI, parts=parts, per_image=True)
    assert list(table["value"]) == [found["a"], found["b"]]
    by_folder = iqabench.score(
        fused / "out", columns=MI, parts={"input": fused / "src"}, store=tmp_path / "s"
    )
    assert by_folder["value"][0] == pytest.approx(np.mean([*found.values()]))


@pytest.fixture(scope="module")
def sharp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image of 11 bits in `out`, bands in `input` and a panchromatic image in `pan`, in a folder."""
    top = tmp_path_factory.mktemp("sharp")
    draw = np.random.default_rng(5)
    sides = {"out": (64, 3), "input": (16, 3), "pan": (64, 1)}
    for name, (side, bands) in sides.items():
        pixels = draw.integers(0, 2048, (1, side, side, bands)).astype(np.uint16)
        write_part(top / name / "scene", pixels)
    return top


def test_images_of_sensors_are_read_in_their_own_depth(sharp: Path, tmp_path: Path) -> None:
    folders = {role: sharp / role for role in ("input", "pan")}
    targets = with_parts(no_targets(sharp / "out", 4), folders, 4)
    found = score(sharp, targets, tmp_path / "r", "qnr@bands-11")
    arrays = {
        role: FolderParts(targets.parts.files)("scene")[role][0]  # type: ignore[union-attr]
        for role in folders
    }
    draw = np.random.default_rng(5).integers(0, 2048, (1, 64, 64, 3)).astype(np.uint16)
    metric = iqabench.metric("qnr@bands-11")
    assert found["scene"] == metric(draw[0], scale=4, parts=arrays)
    score(sharp, targets, tmp_path / "r", "niqe@rgb", "d_lambda@bands-11")
    (told,) = (row["error"] for row in records(tmp_path / "r") if row["metric"] == "niqe")
    assert told == "protocol 'rgb' compares images of 8 bits, and this output is uint16"


def test_a_set_has_its_own_parts(sharp: Path, fused: Path, tmp_path: Path) -> None:
    """A folder with the subfolders input and target is a set."""
    for name in "ab":
        for role in ("input", "target"):
            write_image(tmp_path / "set" / role / f"{name}.png", picture(ord(name)))
    targets = targets_of_set(f"{tmp_path / 'set'}@x1", None)
    found = score(fused, targets, tmp_path / "r", MI)
    output = np.maximum(picture(0), picture(1))
    assert found["a"] == iqabench.metric(MI)(output, parts={"input": picture(ord("a"))})
    with pytest.raises(UsageError, match=r"the part 'pan' of each sample, which set lacks; it has"):
        score(fused, targets, tmp_path / "r", "qnr")


def test_the_hash_covers_all_parts_and_that_of_inputs_is_the_old_one(
    sharp: Path, tmp_path: Path
) -> None:
    write_image(tmp_path / "in" / "scene.png", picture(1))
    bare = no_targets(sharp / "out", 4)
    old = with_inputs(bare, tmp_path / "in", 4).subject.set_hash
    assert with_parts(bare, {"input": tmp_path / "in"}, 4).subject.set_hash == old
    more = {"input": tmp_path / "in", "pan": sharp / "pan"}
    assert len({bare.subject.set_hash, old, with_parts(bare, more, 4).subject.set_hash}) == 3


def test_several_outputs_share_their_parts(fused: Path, tmp_path: Path) -> None:
    for name in ("a_1", "a_2", "b_1", "b_2"):
        write_image(tmp_path / "out" / f"{name}.png", picture(9))
    targets = targets_of_folder(fused / "out", None)
    targets = with_parts(targets, {"input": fused / "src"}, None)
    targets = targets_for_many(tmp_path / "out", targets, PairingOptions(many=True))
    found = score(tmp_path, targets, tmp_path / "r", MI)
    assert found["a_1"] == found["a_2"] != found["b_1"]


def test_a_part_that_is_missing_or_damaged_fails_its_sample_with_the_reason(
    fused: Path, tmp_path: Path
) -> None:
    write_image(tmp_path / "src" / "a.png", picture(3))
    for name in "bc":
        write_image(tmp_path / "out" / f"{name}.png", picture(1))
    write_image(tmp_path / "out" / "a.png", picture(1))
    (tmp_path / "src" / "b.png").write_bytes(b"\x89PNG nothing")
    targets = no_targets(tmp_path / "out", None)
    score(tmp_path, with_parts(targets, {"input": tmp_path / "src"}, None), tmp_path / "r", MI)
    told = {row["sample"]: row["error"] for row in records(tmp_path / "r")}
    assert told["a"] == ""
    assert "b.png" in told["b"]
    assert told["c"] == "the sample has no part 'input' to compare with; its parts: none."


def test_masks_serve_protocols_and_are_checked(fused: Path, tmp_path: Path) -> None:
    mask = np.zeros((48, 48, 1), np.uint8)
    mask[:8] = 255
    for name in "ab":
        write_image(tmp_path / "mask" / f"{name}.png", mask)
        write_image(tmp_path / "target" / f"{name}.png", picture(8))
    targets = targets_of_folder(tmp_path / "target", None)
    targets = with_parts(targets, {"mask": tmp_path / "mask"}, None)
    found = score(fused, targets, tmp_path / "r", "mae@rgb-mask")
    output = np.maximum(picture(0), picture(1)).astype(float)
    assert found["a"] == pytest.approx(np.abs(output - picture(8))[:8].mean())


def test_parts_travel_by_their_content(fused: Path) -> None:
    targets = with_parts(no_targets(fused / "out", None), {"input": fused / "src"}, None)
    assert targets.parts is not None
    shipped, files = targets.parts.ship(["a"])
    assert sorted(path.name for path in files.values()) == ["1.png", "2.png"]
    assert (shipped("a")["input"] == targets.parts("a")["input"]).all()


BAD: dict[str, Callable[[], Any]] = {
    "no role": lambda: role_of("pann"),
    "another word": lambda: role_of("sources"),
    "a target": lambda: role_of("target"),
    "nothing named": lambda: iqabench.metric("viff")(picture(0)),
    "no dictionary": lambda: iqabench.metric("viff")(picture(0), parts=[1]),
    "no image": lambda: iqabench.metric("viff")(picture(0), parts={"input": []}),
    "two sizes": lambda: iqabench.metric("viff")(
        picture(0), parts={"input": [picture(1), picture(2, 50)]}
    ),
    "no pan": lambda: iqabench.score(picture(0), columns="qnr", parts={"input": picture(1)}),
    "too few": lambda: iqabench.score(
        [picture(0)] * 2, columns="viff", parts={"input": [picture(1)]}
    ),
    "no folder": lambda: files_of_role("pan", Path("nowhere"), ["a"], AS_STORED),
    "no pair": lambda: files_of_role("pan", Path(), ["a", "b"], AS_STORED),
}
WORDS = {
    "no role": "no role is called 'pann'. Did you mean 'pan'?",
    "another word": "no role is called 'sources'; sets call it 'input': --input DIR.",
    "a target": "name them with --target DIR",
    "nothing named": "the part 'input' that it was made from; pass parts={'input': ...}.",
    "no dictionary": "parts is a list; expected a dictionary by role",
    "no image": "the part 'input' holds no images; expected one, or a list of them.",
    "two sizes": "the frames of the input differ: frame 1 is 50x50",
    "no pan": "the part 'pan' that it was made from; pass parts={'input': ..., 'pan': ...}.",
    "too few": "there are 2 outputs, and the part 'input' has 1 items",
    "no folder": "nowhere does not exist; expected a folder of images.",
    "no pair": ".: no pan belongs to a sample by its name. Files: x, y; samples: a, b",
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_parts_are_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for other in "xy":
        write_image(Path(f"{other}.png"), picture(0, 8))
    with pytest.raises(IqabenchError) as told:
        BAD[name]()
    assert WORDS[name] in str(told.value)
