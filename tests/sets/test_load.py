import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from iqabench.degradations.bicubic import imresize
from iqabench.errors import ChecksumError, OfflineError, SetError, UnknownNameError
from iqabench.files import home
from iqabench.sets import SampleSet, load_set

from .conftest import Shelf, facts, picture


def only(loaded: SampleSet) -> tuple[np.ndarray, np.ndarray]:
    (ref,) = loaded.samples
    sample = ref.load()
    assert sample.target is not None
    return sample.input, sample.target


def test_the_demo_set_needs_no_network() -> None:
    loaded = load_set("demo")
    assert (loaded.level, loaded.scale, loaded.task, loaded.protocol) == ("x4", 4, "sr", "sr-y")
    assert len(loaded) == 5
    assert loaded.id == "demo_x4"
    for ref in loaded:
        sample = ref.load()
        assert sample.target is not None
        assert sample.input.dtype == np.uint8
        assert np.array_equal(sample.input, imresize(sample.target, 1 / 4))


def test_the_hash_tells_levels_apart_and_stays_the_same() -> None:
    hashes = {load_set(f"demo_x{scale}").hash for scale in (2, 3, 4)}
    assert len(hashes) == 3
    assert load_set("demo", 3).hash in hashes
    assert load_set("demo", 3, fetch=False).hash in hashes


def test_samples_are_read_the_same_from_many_threads() -> None:
    refs = [ref for ref in load_set("demo", 2) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda ref: hashlib.sha256(ref.load().input).hexdigest(), refs))
    assert len(set(read)) == 5


@pytest.mark.parametrize(
    ("name", "scale", "said"),
    [
        ("demo", 8, "no level 'x8'; it has x2, x3, x4"),
        ("demo_x8", None, "no level 'x8'; it has x2, x3, x4"),
        ("demo_x2", 3, "'demo_x2' has the level x2, and the scale 3"),
        (
            "cbsd68",
            2,
            "has no scales .asked for x2.; its levels are n15, n25, n50, as in 'cbsd68_n15'",
        ),
        ("cbsd68_n99", None, "no level 'n99'; it has n15, n25, n50"),
        ("./nowhere", None, "nowhere does not exist; expected a folder of images"),
    ],
)
def test_what_a_set_lacks_is_said(name: str, scale: int | None, said: str) -> None:
    with pytest.raises(SetError, match=said):
        load_set(name, scale)


def test_an_unknown_set_gets_suggestions() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'set14'"):
        load_set("sett14")


def test_a_set_that_is_not_here_says_how_to_get_it() -> None:
    with pytest.raises(OfflineError, match="iqabench fetch set5_x4 --from FOLDER"):
        load_set("set5")
    loaded = load_set("set5", fetch=False)
    with pytest.raises(
        SetError, match=r"set5/baby_HR_x4\.png was not fetched; 'iqabench fetch set5'"
    ):
        loaded.samples[0].load()


def test_inputs_and_targets_from_files(shelf: Shelf) -> None:
    target, given = picture(24, 36), picture(12, 18, seed=1)
    shelf.add(target, "target", "a", "x2")
    shelf.add(given, "input", "a", "x2")
    shelf.declare(facts(levels="[x2]"))
    found = only(load_set("mine"))
    assert np.array_equal(found[0], given)
    assert np.array_equal(found[1], target)


def test_files_that_do_not_fit_are_named(shelf: Shelf) -> None:
    shelf.add(picture(24, 36), "target", "a", "x2")
    shelf.add(picture(12, 17), "input", "a", "x2")
    shelf.declare(facts(levels="[x2]"))
    said = r"mine/a_input_x2\.png is 17x12 and mine/a_target_x2\.png.* 36x24; expected 34x24 at x2"
    with pytest.raises(SetError, match=said):
        load_set("mine").samples[0].load()


@pytest.mark.parametrize("scale", [2, 3])
def test_originals_are_cropped_before_the_input_is_made(shelf: Shelf, scale: int) -> None:
    original = picture(25, 37)
    shelf.add(original, "original", "a")
    shelf.declare(facts())
    given, target = only(load_set("mine", scale))
    cropped = original[: 25 - 25 % scale, : 37 - 37 % scale]
    assert np.array_equal(target, cropped)
    assert np.array_equal(given, imresize(cropped, 1 / scale))


def test_a_target_at_one_level_goes_before_the_original(shelf: Shelf) -> None:
    shelf.add(picture(24, 24), "original", "a")
    target = picture(24, 24, seed=5)
    shelf.add(target, "target", "a", "x2")
    shelf.declare(facts())
    assert np.array_equal(only(load_set("mine_x2"))[1], target)
    assert not np.array_equal(only(load_set("mine_x3"))[1], target)


def test_gaussian_noise_is_seeded_and_not_rounded(shelf: Shelf) -> None:
    target = picture(10, 12)
    shelf.add(target, "target", "a")
    shelf.declare(
        facts(
            task="denoise",
            levels="[n25, n50]",
            level="n25",
            protocol="rgb",
            input="{degradation: noise, seed: 0}",
        )
    )
    given, found = only(load_set("mine_n50"))
    drawn = np.random.RandomState(0).normal(0, 50 / 255, (10, 12, 3)) * 255
    assert np.allclose(given, target + drawn, atol=1e-9)
    assert np.array_equal(found, target)
    assert load_set("mine").scale == 1
    assert load_set("mine", 1).level == "n25"


def test_a_luma_target_is_rounded_and_coded_as_grey(shelf: Shelf) -> None:
    original = np.zeros((16, 16, 3), np.uint8)
    original[:, :8] = (255, 0, 0)
    shelf.add(original, "original", "a")
    shelf.declare(
        facts(
            task="jpeg",
            levels="[q10]",
            level="q10",
            protocol="grey",
            target="luma",
            input="{degradation: jpeg}",
        )
    )
    given, target = only(load_set("mine"))
    assert given.shape == target.shape == (16, 16, 1)
    assert (target[0, 0, 0], target[0, 15, 0]) == (81, 16)  # 16 + 65.481 and 16
    assert given.dtype == np.uint8


def test_the_luma_domain_degrades_the_rounded_luma_in_double(shelf: Shelf) -> None:
    colour = np.full((8, 8, 3), (0, 0, 255), np.uint8)
    grey = np.full((8, 8, 3), 100, np.uint8)
    shelf.add(colour, "target", "colour", "x2")
    shelf.add(grey, "target", "grey", "x2")
    shelf.declare(facts(size="2", levels="[x2]", grey="[grey]"))
    samples = {ref.name: ref.load("luma") for ref in load_set("mine")}
    target = samples["colour"].target
    assert target is not None
    assert target.dtype == np.uint8
    assert target.shape == (8, 8, 1)
    assert (target == 41).all()  # 16 + 24.966, rounded
    assert samples["colour"].input.dtype == np.float64
    assert np.allclose(samples["colour"].input, 41)
    assert np.allclose(samples["grey"].input, 100)  # not 16 + 100 * 219 / 255


def test_the_luma_domain_is_for_super_resolution(shelf: Shelf) -> None:
    shelf.add(picture(8, 8), "target", "a")
    noisy = facts(task="denoise", levels="[n5]", level="n5", input="{degradation: noise}")
    shelf.declare(noisy)
    with pytest.raises(SetError, match="defined only for such samples"):
        load_set("mine").samples[0].load("luma")


def test_inputs_alone_have_no_target(shelf: Shelf) -> None:
    shelf.add(picture(8, 8), "input", "a", "x2")
    shelf.declare(facts(levels="[x2]", input=""))
    (ref,) = load_set("mine").samples
    assert not ref.has_target
    assert ref.load().target is None
    with pytest.raises(SetError, match="'a' has no target"):
        ref.load("luma")


def test_a_keyword_that_a_degradation_does_not_take(shelf: Shelf) -> None:
    shelf.add(picture(8, 8), "target", "a")
    shelf.declare(facts(input="{degradation: bicubic, egde: clamp}"))
    with pytest.raises(SetError, match=r"'bicubic' does not take .*egde"):
        load_set("mine")


def test_one_bad_file_is_an_error_of_its_sample_alone(shelf: Shelf) -> None:
    there = shelf.add(picture(8, 8), "target", "a")
    shelf.add(picture(8, 8, seed=1), "target", "b")
    shelf.declare(facts(size="2"))
    loaded = load_set("mine")
    cached = home() / there.relative_to(shelf.mirror)
    cached.write_bytes(there.read_bytes()[:60])
    with pytest.raises(ChecksumError, match=r"mine/a_target_\.png .*'iqabench fetch mine'"):
        loaded.samples[0].load()
    assert loaded.samples[1].load().target is not None


def archives(shelf: Shelf) -> str:
    large = {f"{n:02}.png": picture(12, 12, seed=n) for n in (9, 10)}
    small = {f"{n:02}x2.png": picture(6, 6, seed=n) for n in (9, 10)}
    said = []
    for role, images in (("target", large), ("input", small)):
        path = shelf.zip(f"{role}.zip", images)
        member = "{sample}.png" if role == "target" else "{sample}x2.png"
        said.append(
            f"{{role: {role}, member: '{member}', url: 'https://example.org/{role}.zip', "
            f"sha256: {shelf.keep(path)}}}"
        )
    return facts(
        size="2", levels="[x2]", samples="09-10", files="", archives=f"[{', '.join(said)}]"
    )


def test_archives_are_unpacked_once(shelf: Shelf) -> None:
    shelf.declare(archives(shelf))
    loaded = load_set("mine")
    assert [ref.name for ref in loaded] == ["09", "10"]
    for ref, seed in zip(loaded, (9, 10), strict=True):
        sample = ref.load()
        assert sample.target is not None
        assert np.array_equal(sample.target, picture(12, 12, seed=seed))
        assert np.array_equal(sample.input, picture(6, 6, seed=seed))
    assert len(list((home() / "extracted").iterdir())) == 2
    assert load_set("mine", fetch=False).hash == loaded.hash


def test_an_unpacked_image_that_was_changed_or_removed_is_unpacked_again(
    shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf.declare(archives(shelf))
    loaded = load_set("mine")
    first, second = sorted((home() / "extracted").rglob("*x2.png"))
    first.write_bytes(second.read_bytes())
    second.unlink()
    for ref, seed in zip(loaded, (9, 10), strict=True):
        assert np.array_equal(ref.load().input, picture(6, 6, seed=seed))
    assert capsys.readouterr().err.count("is unpacked again") == 2
    loaded.samples[0].load()
    assert "again" not in capsys.readouterr().err


def test_a_damaged_archive_is_named(shelf: Shelf) -> None:
    path = shelf.folder / "input.zip"
    path.write_bytes(b"PK this is no archive")
    said = "{role: input, member: '{sample}', url: 'https://example.org/in.zip', sha256: "
    said += shelf.keep(path) + "}"
    shelf.declare(facts(levels="[x2]", samples="1-1", files="", archives=f"[{said}]"))
    with pytest.raises(SetError, match=r"mine/in\.zip is a damaged archive"):
        load_set("mine")
    kept = [p for p in (home() / "extracted").iterdir() if p.suffix != ".lock"]
    assert kept == []


def test_an_archive_without_the_member(shelf: Shelf) -> None:
    text = archives(shelf).replace("09-10", "10-11")
    shelf.declare(text)
    loaded = load_set("mine")
    assert loaded.samples[0].load().name == "10"
    with pytest.raises(SetError, match=r"mine/target\.zip holds no 11\.png"):
        loaded.samples[1].load()
