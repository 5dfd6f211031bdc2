"""Every declared layout finds a pair as the set's own documentation writes its paths."""

import re
from pathlib import Path

import pytest

from iqabench.sets import set_facts, set_names
from iqabench.sets.adoption.copies import find_copies, patterns_of
from iqabench.sets.adoption.tree import Tree

PAGE = (Path(__file__).parents[2] / "docs" / "sets.md").read_text(encoding="utf-8")
REALBLUR = "RealBlur-{}_ECC_IMCORR_centroid_itensity_ref/scene230"
J, R = REALBLUR.format("J"), REALBLUR.format("R_BM3D")

EXAMPLES: dict[tuple[str, str], tuple[str, str, str]] = {
    ("lol-v1", "official"): ("LOL/eval15/low/1.png", "LOL/eval15/high/1.png", "1"),
    ("lol-v1", "Retinexformer"): ("LOLv1/Test/input/1.png", "LOLv1/Test/target/1.png", "1"),
    ("lol-v2-real", "official"): (
        "LOL-v2/Real_captured/Test/Low/low00690.png",
        "LOL-v2/Real_captured/Test/Normal/normal00690.png",
        "00690",
    ),
    ("lol-v2-real", "Retinexformer"): (
        "LOLv2/Real_captured/Test/Low/00690.png",
        "LOLv2/Real_captured/Test/Normal/00690.png",
        "00690",
    ),
    ("lol-v2-synthetic", "official"): (
        "LOLv2/Synthetic/Test/Low/r00816405t.png",
        "LOLv2/Synthetic/Test/Normal/r00816405t.png",
        "r00816405t",
    ),
    ("lime", "one folder"): ("test_data/LIME/1.bmp", "", "1"),
    ("npe", "one folder"): ("NPE/birds.jpg", "", "birds"),
    ("mef", "one folder"): ("MEF/A.png", "", "A"),
    ("vv", "one folder"): ("VV/P1000205_resize.JPG", "", "P1000205_resize"),
    ("dense-haze", "official"): ("hazy/51_hazy.png", "GT/51_GT.png", "51"),
    ("dense-haze", "one folder"): ("Dense/51_hazy.png", "Dense/51_GT.png", "51"),
    ("nh-haze", "official"): ("NH-HAZE/51_hazy.png", "NH-HAZE/51_GT.png", "51"),
    ("nh-haze", "two folders"): ("NH/hazy/51_hazy.png", "NH/GT/51_GT.png", "51"),
    ("o-haze", "official"): ("hazy/41_outdoor_hazy.jpg", "GT/41_outdoor_GT.jpg", "41"),
    ("i-haze", "official"): ("hazy/31_indoor_hazy.jpg", "GT/31_indoor_GT.jpg", "31"),
    ("sots-indoor", "official"): (
        "SOTS/indoor/hazy/1400_1.png",
        "SOTS/indoor/gt/1400.png",
        "1400_1",
    ),
    ("sots-indoor", "nyuhaze500"): (
        "SOTS/indoor/nyuhaze500/hazy/1400_1.png",
        "SOTS/indoor/nyuhaze500/gt/1400.png",
        "1400_1",
    ),
    ("sots-indoor", "ConvIR"): (
        "reside-indoor/test/hazy/1400_1.png",
        "reside-indoor/test/gt/1400.png",
        "1400_1",
    ),
    ("sots-outdoor", "official"): (
        "SOTS/outdoor/hazy/0001_0.8_0.2.jpg",
        "SOTS/outdoor/gt/0001.png",
        "0001_0.8_0.2",
    ),
    ("sots-outdoor", "ConvIR"): (
        "reside-outdoor/test/hazy/0001_0.8_0.2.jpg",
        "reside-outdoor/test/gt/0001.png",
        "0001_0.8_0.2",
    ),
    ("haze4k", "official"): ("Haze4K/test/haze/1_0.89_1.56.png", "Haze4K/test/gt/1.png", "1"),
    ("haze4k", "ConvIR"): ("Haze4K/test/IN/1.png", "Haze4K/test/GT/1.png", "1"),
    ("dpdd", "official"): ("test_c/source/1P0A0917.png", "test_c/target/1P0A0916.png", "1P0A0916"),
    ("dpdd", "Restormer"): (
        "test/DPDD/inputC/1P0A0917.png",
        "test/DPDD/target/1P0A0916.png",
        "1P0A0916",
    ),
    ("dpdd-dual", "official"): (
        "test_c/source/1P0A0917.png",
        "test_c/target/1P0A0916.png",
        "1P0A0916",
    ),
    ("dpdd-dual", "Restormer"): (
        "test/DPDD/inputC/1P0A0917.png",
        "test/DPDD/target/1P0A0916.png",
        "1P0A0916",
    ),
    ("gopro", "official"): (
        "GOPRO_Large/test/GOPR0384_11_00/blur/000001.png",
        "GOPRO_Large/test/GOPR0384_11_00/sharp/000001.png",
        "GOPR0384_11_00-000001",
    ),
    ("gopro", "Restormer"): (
        "test/GoPro/input/GOPR0384_11_00-000001.png",
        "test/GoPro/target/GOPR0384_11_00-000001.png",
        "GOPR0384_11_00-000001",
    ),
    ("gopro", "MPRNet"): (
        "GoPro/test/input/GOPR0384_11_00_000001.png",
        "GoPro/test/target/GOPR0384_11_00_000001.png",
        "GOPR0384_11_00-000001",
    ),
    ("gopro-gamma", "official"): (
        "GOPRO_Large/test/GOPR0384_11_00/blur_gamma/000001.png",
        "GOPRO_Large/test/GOPR0384_11_00/sharp/000001.png",
        "GOPR0384_11_00-000001",
    ),
    ("hide", "official"): (
        "HIDE_dataset/test/test-close-ups/1fromGOPR1037.png",
        "HIDE_dataset/GT/1fromGOPR1037.png",
        "1fromGOPR1037",
    ),
    ("hide", "Restormer"): ("test/HIDE/input/1.png", "test/HIDE/target/1.png", "1"),
    ("hide", "MPRNet"): ("HIDE/test/input/1.png", "HIDE/test/target/1.png", "1"),
    ("realblur-j", "official"): (f"{J}/blur/blur_7.png", f"{J}/gt/gt_7.png", "scene230_7"),
    ("realblur-j", "Restormer"): (
        "test/RealBlur_J/input/scene230_7.png",
        "test/RealBlur_J/target/scene230_7.png",
        "scene230_7",
    ),
    ("realblur-j", "MPRNet"): (
        "RealBlur_J/test/input/scene230_7.png",
        "RealBlur_J/test/target/scene230_7.png",
        "scene230_7",
    ),
    ("realblur-r", "official"): (f"{R}/blur/blur_7.png", f"{R}/gt/gt_7.png", "scene230_7"),
    ("realblur-r", "Restormer"): (
        "test/RealBlur_R/input/scene230_7.png",
        "test/RealBlur_R/target/scene230_7.png",
        "scene230_7",
    ),
    ("realblur-r", "MPRNet"): (
        "RealBlur_R/test/input/scene230_7.png",
        "RealBlur_R/test/target/scene230_7.png",
        "scene230_7",
    ),
    ("rsblur", "official"): (
        "RSBlur/0001/000022/real_blur/real_blur.png",
        "RSBlur/0001/000022/gt/gt_sharp.png",
        "0001_000022",
    ),
    ("reds-val300", "official"): (
        "val/val_blur_jpeg/000/00000009.jpg",
        "val/val_sharp/000/00000009.png",
        "000_00000009",
    ),
    ("reds-val300", "NAFNet"): (
        "val/blur_300/000_00000009.jpg",
        "val/sharp_300/000_00000009.png",
        "000_00000009",
    ),
    ("rain100h-full", "PReNet"): (
        "test/Rain100H/rainy/rain-001.png",
        "test/Rain100H/norain-001.png",
        "001",
    ),
    ("rain100h-full", "Rain13K"): (
        "test/Rain100H/input/1.png",
        "test/Rain100H/target/1.png",
        "1",
    ),
    ("rain100h-full", "new list"): (
        "rain_heavy_test/rain/X2/norain-001x2.png",
        "rain_heavy_test/norain/norain-001.png",
        "001",
    ),
    ("rain100l", "Rain13K"): ("test/Rain100L/input/1.png", "test/Rain100L/target/1.png", "1"),
    ("rain100l", "PReNet"): (
        "test/Rain100L/rainy/rain-001.png",
        "test/Rain100L/norain-001.png",
        "001",
    ),
    ("rain100l", "new list"): (
        "rain_data_test_Light/rain/X2/norain-1x2.png",
        "rain_data_test_Light/norain/norain-1.png",
        "1",
    ),
    ("test100", "Rain13K"): ("test/Test100/input/1.png", "test/Test100/target/1.png", "1"),
    ("test1200", "Rain13K"): ("test/Test1200/input/1.jpg", "test/Test1200/target/1.jpg", "1"),
    ("test2800", "Rain13K"): (
        "test/Test2800/input/926_10.jpg",
        "test/Test2800/target/926_10.jpg",
        "926_10",
    ),
    ("rain12", "PReNet"): ("test/Rain12/rainy/1.png", "test/Rain12/groundtruth/1.png", "1"),
    ("rain1400", "PReNet"): (
        "test/Rain1400/rainy_image/901_14.jpg",
        "test/Rain1400/ground_truth/901.jpg",
        "901_14",
    ),
    ("spa-data", "official"): (
        "Testing/real_test_1000/rain/000.png",
        "Testing/real_test_1000/gt/000gt.png",
        "000",
    ),
    ("spa-data", "repack"): ("test/SPA-Data/input/000.png", "test/SPA-Data/target/000.png", "000"),
    ("realsr-v3", "official"): (
        "RealSR(V3)/Canon/Test/4/Canon_001_LR4.png",
        "RealSR(V3)/Canon/Test/4/Canon_001_HR.png",
        "Canon_001",
    ),
    ("drealsr-full", "official"): (
        "DRealSR/x4/Test_x4/test_LR/Canon_10_x1.png",
        "DRealSR/x4/Test_x4/test_HR/Canon_10_x4.png",
        "Canon_10",
    ),
    ("cdd11", "official"): (
        "CDD-11_test/low_haze_rain/00469_01.png",
        "CDD-11_test/clear/00469_01.png",
        "00469_01",
    ),
    ("cdd11", "short name"): (
        "test/low_haze_rain/00469_01.png",
        "test/clear/00469_01.png",
        "00469_01",
    ),
    ("snow100k-s", "official"): (
        "overlapping/test/Snow100K-S/synthetic/beautiful_smile_00003.jpg",
        "overlapping/test/Snow100K-S/gt/beautiful_smile_00003.jpg",
        "beautiful_smile_00003",
    ),
    ("snow100k-s", "WeatherDiff"): (
        "data/snow100k/input/beautiful_smile_00003.jpg",
        "data/snow100k/gt/beautiful_smile_00003.jpg",
        "beautiful_smile_00003",
    ),
    ("snow100k-l", "official"): (
        "overlapping/test/Snow100K-L/synthetic/beautiful_smile_00003.jpg",
        "overlapping/test/Snow100K-L/gt/beautiful_smile_00003.jpg",
        "beautiful_smile_00003",
    ),
    ("snow100k-l", "WeatherDiff"): (
        "data/snow100k/input/beautiful_smile_00003.jpg",
        "data/snow100k/gt/beautiful_smile_00003.jpg",
        "beautiful_smile_00003",
    ),
    ("snow100k-2000", "ConvIR"): (
        "Snow100K/test2000/Snow/1.jpg",
        "Snow100K/test2000/Gt/1.jpg",
        "1",
    ),
    ("csd", "official"): ("CSD/Test/Snow/1.tif", "CSD/Test/Gt/1.tif", "1"),
    ("csd", "ConvIR"): ("CSD/test2000/Snow/1.tif", "CSD/test2000/Gt/1.tif", "1"),
    ("srrs", "ConvIR"): ("SRRS/test2000/Snow/1.tif", "SRRS/test2000/Gt/1.jpg", "1"),
    ("raindrop-a", "official"): ("test_a/data/0_rain.png", "test_a/gt/0_clean.png", "0"),
    ("raindrop-a", "WeatherDiff"): (
        "raindrop/test/input/0_rain.png",
        "raindrop/test/gt/0_clean.png",
        "0",
    ),
    ("celeba-test", "GFPGAN"): (
        "celeba_512_validation_lq/00000000.png",
        "celeba_512_validation/00000000.png",
        "00000000",
    ),
    ("celeba-test-daefr", "DAEFR"): (
        "dataset/self_celeba_512_v2/00000000.png",
        "dataset/celeba_512_validation/00000000.png",
        "00000000",
    ),
    ("celeba-test-2000", "ResShift"): (
        "testdata/CelebA-Test/lq/00001267.png",
        "testdata/CelebA-Test/hq/00001267.png",
        "00001267",
    ),
    ("lfw-test", "archive"): (
        "lfw_cropped_faces/cropped_faces/1.png",
        "",
        "1",
    ),
    ("lfw-test", "DAEFR"): (
        "dataset/lfw_cropped_faces/1.png",
        "",
        "1",
    ),
    ("lfw-test", "one folder"): ("LFW-Test/1.png", "", "1"),
    ("celebchild", "archive"): ("CelebChild-Test/Child/1.jpg", "", "1"),
    ("celebadult", "archive"): ("CelebChild-Test/Adult/1.jpg", "", "1"),
    ("webphoto-test", "one folder"): ("WebPhoto-Test/WebPhoto-Test/1.png", "", "1"),
    ("wider-test", "one folder"): ("test_data/Wider-Test/1.png", "", "1"),
    ("uhdm", "official"): (
        "uhdm_data/test/0106_moire.jpg",
        "uhdm_data/test/0106_gt.jpg",
        "0106",
    ),
    ("fhdmi", "official"): (
        "FHDMi/test/source/src_00000.png",
        "FHDMi/test/target/tar_00000.png",
        "00000",
    ),
    ("lcdmoire", "official"): (
        "LCDMoire/val/moire/000000.png",
        "LCDMoire/val/clear/000000.png",
        "000000",
    ),
    ("lcdmoire", "MBCNN"): (
        "Validation/moire/000000.png",
        "Validation/clear/000000.png",
        "000000",
    ),
    ("lcdmoire", "DMSFN"): (
        "LCDmoire/valid/moire/000000.png",
        "LCDmoire/valid/clear/000000.png",
        "000000",
    ),
    ("sidd-png", "NAFNet"): (
        "SIDD/val/input_crops/ValidationBlocksSrgb_0.png",
        "SIDD/val/gt_crops/ValidationBlocksSrgb_0.png",
        "0",
    ),
}
"""The paths of a pair of each layout, as documentation and programs of its authors write them, and the name
of the sample."""

FURTHER = {
    ("dpdd-dual", "official"): {
        "left": "test_l/source/1P0A0917_L.png",
        "right": "test_r/source/1P0A0917_R.png",
    },
    ("dpdd-dual", "Restormer"): {
        "left": "test/DPDD/inputL/1P0A0917_L.png",
        "right": "test/DPDD/inputR/1P0A0917_R.png",
    },
}
"""The paths of further parts."""

LISTED = {
    "realblur-j": "{target} {input} ",
    "realblur-r": "{target} {input}",
    "rsblur": "{target} {input}",
    "snow100k-s": "input/beautiful_smile_00003.jpg",
    "snow100k-l": "input/beautiful_smile_00003.jpg",
    "raindrop-a": "input/0_rain.png",
}
"""The line of a list that names the pair."""


def test_every_declared_layout_has_an_example() -> None:
    declared = {(name, layout.name) for name in set_names() for layout in set_facts(name).layouts}
    assert declared == EXAMPLES.keys()


@pytest.mark.parametrize(("name", "layout"), EXAMPLES, ids=["-".join(key) for key in EXAMPLES])
def test_a_layout_finds_the_pair_that_its_authors_write(
    tmp_path: Path, name: str, layout: str
) -> None:
    source, target, sample = EXAMPLES[name, layout]
    facts = set_facts(name)
    declared = next(each for each in facts.layouts if each.name == layout)
    facts = facts.model_copy(
        update={"size": 1, "sizes": {}, "samples": None, "layouts": (declared,)}
    )
    expected = {"input": source} | ({"target": target} if target else {})
    expected |= FURTHER.get((name, layout), {})
    for path in (*expected.values(), "else/where/1.png"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    if declared.list is not None:
        line = LISTED[name].format(input=source, target=target)
        (tmp_path / declared.list.files[0]).write_text(f"{line}\n")
    copies = find_copies(Tree(tmp_path), facts, facts.level)
    assert [copy.is_whole for copy in copies] == [True], copies
    found = {r: p.relative_to(tmp_path).as_posix() for r, p in copies[0].samples[sample].items()}
    assert found == expected


def test_the_page_on_sets_has_each_set_with_its_number_and_its_layouts() -> None:
    rows = re.findall(
        r"^\| [^|]+ \| `([^`]+)` \| ([^|]+) \| [^|]* \| ([^|]+) \|", PAGE, re.MULTILINE
    )
    declared = {name: set_facts(name) for name in set_names() if set_facts(name).layouts}
    assert {name: (count, layouts) for name, count, layouts in rows} == {
        name: (
            " / ".join(f"{n:,}" for n in sorted({facts.size_at(x) for x in facts.levels or ("",)})),
            ", ".join(layout.name for layout in facts.layouts),
        )
        for name, facts in declared.items()
    }


@pytest.mark.parametrize("name", [name for name in set_names() if set_facts(name).layouts])
def test_layouts_differ_from_level_to_level(name: str) -> None:
    """No file of one level is taken for one of another."""
    facts = set_facts(name)
    for layout in facts.layouts:
        texts = [patterns_of(layout, layout.lead, level)[0].text for level in facts.levels]
        assert len(set(texts)) == len(texts)
