"""Sets known by patterns and counts: whole copies are adopted and pinned, everything else is told apart."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from iqabench.cli.main import cli
from iqabench.files.home import home
from iqabench.sets import load_set
from iqabench.sets.verify import verify

from .conftest import Shelf, facts, picture, write

LAYOUTS = (
    "[{name: official, parts: {input: 'test/{clip}/blur/{frame}.png',"
    " target: 'test/{clip}/sharp/{frame}.png'}},"
    " {name: repack, parts: {input: 'flat/input/{clip}_{frame}.png',"
    " target: 'flat/target/{clip}_{frame}.png'}}]"
)
NAMES = ["c1_001", "c1_002", "c2_001"]


def declare(shelf: Shelf, layouts: str = LAYOUTS, **changes: str) -> None:
    told = {"task": "deblur", "size": "3", "levels": "[]", "level": "''", "protocol": "rgb"}
    yaml = facts(**told | {"input": "", "files": "", "layouts": layouts} | changes)
    shelf.declare(yaml)


@pytest.fixture
def copy(shelf: Shelf) -> Path:
    """Return a folder with a whole copy of a declared set of three samples, in the official layout."""
    declare(shelf)
    return official(shelf.folder / "unpacked")


def official(folder: Path, seed: int = 0) -> Path:
    for number, name in enumerate(NAMES):
        clip, frame = name.split("_")
        target = picture(24, 32, seed=seed + number)
        write(folder / "test" / clip / "sharp" / f"{frame}.png", target)
        write(folder / "test" / clip / "blur" / f"{frame}.png", target // 2)
    write(folder / "train/c9/blur/001.png", target)
    return folder


def type_(*words: str) -> str:
    result = CliRunner().invoke(cli, list(words))
    return result.output if result.exit_code == 0 else f"{result.output}FAILED {result.exception}"


def fetch(folder: Path, *words: str) -> str:
    return type_("fetch", "mine", "--from", str(folder), *words)


def test_a_whole_copy_is_adopted_pinned_and_loaded(copy: Path) -> None:
    assert "no copy of mine (Mine) was handed over yet" in type_("verify", "mine")
    assert "iqabench fetch mine --from FOLDER" in type_("fetch", "mine")
    said = fetch(copy)
    assert "mine: adopted 3 samples in 6 files" in said
    assert "official: input test/{clip}/blur/{frame}.png" in said
    assert "Nobody published checksums" in said
    samples = load_set("mine").samples
    assert [sample.name for sample in samples] == NAMES
    assert np.array_equal(samples[0].load().parts["input"][0], picture(24, 32, seed=0) // 2)
    assert [row.state for row in verify("mine")] == ["ok"] * 6
    assert "folder: " in type_("show", "set", "mine")


def test_the_repacked_layout_gives_the_same_set(copy: Path, shelf: Shelf) -> None:
    fetch(copy)
    first = load_set("mine").hash
    flat = shelf.folder / "other" / "flat"
    for name in NAMES:
        clip, frame = name.split("_")
        for ours, theirs in (("blur", "input"), ("sharp", "target")):
            (flat / theirs).mkdir(parents=True, exist_ok=True)
            shutil.copy(copy / "test" / clip / ours / f"{frame}.png", flat / theirs / f"{name}.PNG")
    assert "repack: input flat/input/{clip}_{frame}.png" in fetch(flat, "--replace")
    assert load_set("mine").hash == first


def test_another_copy_is_taken_only_when_asked_and_changes_the_hash(
    copy: Path, shelf: Shelf
) -> None:
    fetch(copy)
    first = load_set("mine").hash
    other = official(shelf.folder / "other", seed=7)
    assert "--replace takes it instead" in fetch(other)
    assert load_set("mine").hash == first
    assert "adopted 3 samples" in fetch(other, "--replace")
    assert load_set("mine").hash != first


def test_a_part_is_refused_by_what_is_missing_and_a_second_try_completes(copy: Path) -> None:
    gone = copy / "test/c2/sharp/001.png"
    kept = gone.rename(copy / "kept.png")
    said = fetch(copy)
    assert "FAILED" in said
    assert "has 2 samples whole, expected 3. Missing: test/c2/sharp/001.png" in said
    kept.rename(gone)
    assert "adopted 3 samples" in fetch(copy)


def test_samples_that_lack_an_input_are_named_by_their_targets(copy: Path) -> None:
    (copy / "test/c2/blur/001.png").unlink()
    said = fetch(copy)
    assert "It lacks 1. Without a counterpart: test/c2/sharp/001.png." in said


def test_a_refused_set_does_not_hold_up_the_others(shelf: Shelf, copy: Path) -> None:
    other = facts(
        name="flat",
        title="Flat",
        task="deblur",
        levels="[]",
        level="''",
        protocol="rgb",
        input="",
        files="",
        layouts="[{name: official, parts: {input: 'flat/{n}.png'}}]",
    )
    shelf.declare(shelf.catalogue.read_text() + other)
    said = type_("fetch", "flat", "mine", "--from", str(copy))
    assert "mine: adopted 3 samples" in said
    assert "FAILED flat: none of the 7 files below" in said
    assert "The folder has the names and the number of Mine: 'iqabench fetch mine --from" in said


def test_a_damaged_list_of_another_set_is_no_obstacle(shelf: Shelf, copy: Path) -> None:
    other = facts(
        name="listed",
        task="deblur",
        levels="[]",
        level="''",
        protocol="rgb",
        input="",
        files="",
        layouts=LISTED.replace("{scene}", "test/{scene}"),
    )
    shelf.declare(shelf.catalogue.read_text() + other)
    write(copy / "test/a/blur/blur_1.png", picture(24, 32))
    (copy / "test_list.txt").write_text("only_one_path.png\n")
    (copy / "test/c2/blur/001.png").unlink()
    assert "Nothing of it was adopted" in fetch(copy)


def test_files_of_another_version_are_told_where_checksums_are_published(
    shelf: Shelf, copy: Path
) -> None:
    """A set by checksum, whose folder holds the images of another set."""
    shelf.add(picture(24, 32, seed=50), "input", "c1_001")
    known = facts(
        name="known",
        title="Known",
        task="deblur",
        levels="[]",
        level="''",
        protocol="rgb",
        input="",
    )
    shelf.declare(shelf.catalogue.read_text() + known)
    said = type_("fetch", "known", "--from", str(copy))
    assert "note: The folder has the names and the number of Mine" in said


def test_a_second_call_repairs_by_the_pinned_checksums(copy: Path) -> None:
    fetch(copy)
    rows = verify("mine")
    assert rows[0].path is not None
    rows[0].path.write_bytes(b"spoiled")
    assert "Damaged in the cache and replaced" in fetch(copy)
    assert {row.state for row in verify("mine")} == {"ok"}


def test_the_list_of_a_colleague_comes_with_the_files(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(copy)
    first = load_set("mine").hash
    monkeypatch.setenv("IQABENCH_MIRROR", str(home()))
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / "of a colleague"))
    assert "mine: 6 files are in the cache and checked" in type_("fetch", "mine")
    monkeypatch.delenv("IQABENCH_MIRROR")
    assert load_set("mine").hash == first


def test_a_folder_with_nothing_is_told_the_layouts(copy: Path) -> None:
    (copy / "train/mine.zip").write_bytes(b"PK")
    said = fetch(copy / "train")
    assert "none of the 2 files below" in said
    assert "mine.zip: archives are not opened; unpack" in said
    assert "repack: input flat/input/{clip}_{frame}.png" in said


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ("[{title: the short list, samples: 2}]", "This is the short list"),
        ("[]", "expected 4. It lacks 1."),
    ],
)
def test_versions_are_told_by_their_counts(shelf: Shelf, versions: str, expected: str) -> None:
    declare(shelf, size="4" if "[]" in versions else "3", versions=versions)
    folder = official(shelf.folder / "unpacked")
    if "[]" not in versions:
        shutil.rmtree(folder / "test/c2")
    assert expected in fetch(folder)


def test_a_folder_with_too_many_samples_is_not_told_that_some_are_missing(shelf: Shelf) -> None:
    declare(shelf, size="2")
    said = fetch(official(shelf.folder / "unpacked"))
    assert "has 3 samples whole, expected 2. It has 1 too many." in said
    assert "leave only the 2 there, and type the same command again" in said


def test_versions_are_told_by_the_sizes_of_their_images(shelf: Shelf) -> None:
    versions = "[{title: the cropped files, image_size: 32x24}]"
    declare(shelf, image_sizes="[64x48]", versions=versions)
    said = fetch(official(shelf.folder / "unpacked"))
    assert "is 32x24, expected 64x48 (3 of 3 samples are wrong). This is the cropped files" in said
    with pytest.raises(Exception, match="was handed over yet"):
        load_set("mine")


def test_versions_are_told_by_their_scale(shelf: Shelf) -> None:
    """RealSR before its third version had inputs as large as targets."""
    layouts = "[{name: official, parts: {input: '{n}_LR{strength}.png', target: '{n}_HR.png'}}]"
    versions = "[{title: version 1 or 2, scale: 1}]"
    said = {"task": "real_sr", "levels": "[x2, x4]", "level": "x4", "size": "1"}
    declare(shelf, layouts, versions=versions, **said)
    image = picture(24, 32)
    write(shelf.folder / "f/a_HR.png", image)
    write(shelf.folder / "f/a_LR4.png", image)
    assert "This is version 1 or 2" in fetch(shelf.folder / "f")
    write(shelf.folder / "f/a_LR4.png", image[::4, ::4])
    assert "mine_x4: adopted 1 samples" in fetch(shelf.folder / "f")
    assert load_set("mine", scale=4).samples[0].name == "a"


def test_damaged_files_and_pointers_are_no_images(copy: Path) -> None:
    victim = copy / "test/c1/blur/001.png"
    victim.write_bytes(victim.read_bytes()[:-30])
    assert "ends before its image does" in fetch(copy)
    victim.write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "is a git-lfs pointer" in fetch(copy)


LISTED = (
    "[{name: official, parts: {input: '{scene}/blur/blur_{n}.png', target: '{scene}/gt/gt_{n}.png'},"
    " list: {files: [test_list.txt], roles: [target, input], renamed: {scene1: scene1_reflect}}}]"
)


@pytest.fixture
def listed(shelf: Shelf) -> Path:
    """Return a folder with four pairs, of which a list names three."""
    declare(shelf, LISTED)
    folder = shelf.folder / "unpacked"
    for number, scene in enumerate(("scene1_reflect", "scene2", "scene3", "scene4")):
        write(folder / "Real" / scene / "gt/gt_1.png", picture(24, 32, seed=number))
        write(folder / "Real" / scene / "blur/blur_1.png", picture(24, 32, seed=number) // 2)
    lines = [
        f"Real/{s}/gt/gt_1.png Real/{s}/blur/blur_1.png" for s in ("scene1", "scene2", "scene4")
    ]
    (folder / "test_list.txt").write_text("\n".join(lines) + "\n")
    return folder


def test_a_list_says_what_belongs_to_the_set(listed: Path) -> None:
    assert "adopted 3 samples in 6 files" in fetch(listed)
    names = [sample.name for sample in load_set("mine").samples]
    assert names == ["scene1_reflect_1", "scene2_1", "scene4_1"]


def test_lists_that_do_not_match_are_refused(listed: Path) -> None:
    path = listed / "test_list.txt"
    text = path.read_text()
    path.write_text(text + "Real/scene9/gt/gt_1.png Real/scene9/blur/blur_1.png\n")
    assert "Missing: Real/scene9/gt/gt_1.png" in fetch(listed)
    path.write_text(text + "Real/scene9/gt/gt_1.png\n")
    assert "line 4 has 1 path, expected 2" in fetch(listed)
    path.unlink()
    assert "The list test_list.txt, which says what belongs to the set, is not below" in fetch(
        listed
    )


def test_many_inputs_share_a_target_whose_border_is_cut(shelf: Shelf) -> None:
    layouts = (
        "[{name: official, parts: {input: 'hazy/{scene}_{haze}.png', target: 'gt/{scene}.png'}}]"
    )
    declare(shelf, layouts, task="dehaze", border="2", image_sizes="[28x20]")
    folder = shelf.folder / "unpacked"
    target = picture(24, 32)
    write(folder / "gt/1400.png", target)
    for number in (1, 2, 3):
        write(folder / f"hazy/1400_{number}.png", target[2:-2, 2:-2] // number)
    assert "adopted 3 samples in 4 files" in fetch(folder)
    sample = load_set("mine").samples[1]
    assert sample.name == "1400_2"
    parts = sample.load().parts
    assert np.array_equal(parts["target"][0], target[2:-2, 2:-2])
    assert sample.load_target() is not None
    assert len(verify("mine")) == 4


def test_a_set_of_published_checksums_is_not_taken_for_another(shelf: Shelf, copy: Path) -> None:
    shelf.add(picture(24, 32, seed=0) // 2, "input", "c1_001")
    known = facts(
        name="known",
        title="Known",
        task="deblur",
        levels="[]",
        level="''",
        protocol="rgb",
        input="",
    )
    declare(shelf)
    shelf.declare(shelf.catalogue.read_text() + known)
    said = fetch(copy)
    assert "have checksums of Known. Type 'iqabench fetch known --from" in said
