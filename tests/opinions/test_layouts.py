"""Each set is read from its official layout, and says the same of the same images."""

import os
from pathlib import Path

import pytest

from iqabench.errors import SetError
from iqabench.images import read_image
from iqabench.opinions import FEWEST, opinion_sets, read_opinions
from opinions.handed import HANDED, LEVELS, SCENES, csiq, koniq10k, live, opinion, pipal


def test_the_room_is_furnished() -> None:
    assert set(HANDED) <= set(opinion_sets().names())


@pytest.mark.parametrize("name", sorted(HANDED))
def test_the_layout_is_read(tmp_path: Path, name: str) -> None:
    opinions = read_opinions(name, HANDED[name](tmp_path))
    facts = opinions.facts
    assert len(opinions.samples) == SCENES * LEVELS
    assert facts.name == name
    for sample in opinions.samples:
        assert read_image(sample.distorted).shape == (24, 32, 3)
        assert (sample.reference is not None) == facts.has_references
        if sample.reference is not None:
            assert read_image(sample.reference).shape == (24, 32, 3)
    best = max if facts.better == "higher" else min
    favourite = best(opinions.samples, key=lambda s: s.value)
    assert favourite.level in ("", "1", "01", "0.1")
    assert f"the whole set has {facts.size}" in opinions.notes[-1]


@pytest.mark.parametrize("name", opinion_sets().names())
def test_facts_are_stated(name: str) -> None:
    facts = opinion_sets().get(name)
    assert facts.name == name
    assert facts.title
    assert facts.scale
    assert facts.source
    assert facts.site.startswith("https://")
    assert facts.size >= FEWEST
    assert all(line for _, line in facts.files)
    assert facts.files[0][0] in facts.layout


def test_tid2013_finds_names_whatever_their_case(tmp_path: Path) -> None:
    opinions = read_opinions("tid2013", HANDED["tid2013"](tmp_path))
    by_name = {s.name: s for s in opinions.samples}
    assert by_name["i04_08_1"].reference == tmp_path / "reference_images" / "i04.bmp"
    assert by_name["i03_08_1"].reference == tmp_path / "reference_images" / "I03.BMP"
    assert by_name["i02_08_1"].distorted == tmp_path / "distorted_images" / "i02_08_1.bmp"
    assert by_name["i03_08_1"].distorted == tmp_path / "distorted_images" / "I03_08_1.bmp"
    assert (by_name["i03_08_2"].kind, by_name["i03_08_2"].level) == ("08", "2")
    assert by_name["i03_08_2"].value == pytest.approx(opinion(3, 2))


@pytest.mark.parametrize(
    "distorted", [("Train_Dist",), ("Train_Dist_1", "Train_Dist_2"), ("dist",), ("Distortion_4",)]
)
def test_pipal_lies_in_folders_of_several_names(tmp_path: Path, distorted: tuple[str, ...]) -> None:
    opinions = read_opinions("pipal", pipal(tmp_path, distorted))
    assert opinions.samples[0].name == "A0001_02_01"
    assert opinions.samples[0].value == pytest.approx(1000 + 100 * opinion(1, 1))


def test_live_leaves_copies_out_and_says_so(tmp_path: Path) -> None:
    opinions = read_opinions("live", live(tmp_path))
    assert opinions.facts.better == "lower"
    assert "970 copies of references are left out" in opinions.notes[0]
    assert "realigned" in opinions.notes[0]
    first = opinions.samples[0]
    assert (first.name, first.kind, first.level) == ("jpeg/img11", "jpeg", "0.1")
    assert first.reference == tmp_path / "refimgs" / "scene1.bmp"
    assert first.value == pytest.approx(100 - 10 * opinion(1, 1))


def test_live_takes_the_first_dmos_where_there_is_no_other(tmp_path: Path) -> None:
    opinions = read_opinions("live", live(tmp_path, realigned=False))
    assert "first, not the realigned" in opinions.notes[0]
    for info in tmp_path.glob("*/info.txt"):
        info.unlink()
    assert {s.level for s in read_opinions("live", tmp_path).samples} == {""}


@pytest.mark.parametrize("form", ["csv", "european"])
def test_csiq_as_people_export_it(tmp_path: Path, form: str) -> None:
    exported = read_opinions("csiq", csiq(tmp_path / "a", form=form))
    sheet = read_opinions("csiq", csiq(tmp_path / "b"))
    assert [s.name for s in exported.samples] == [s.name for s in sheet.samples]
    values = [s.value for s in sheet.samples]
    assert [s.value for s in exported.samples] == pytest.approx(values, abs=1e-12)
    assert sheet.samples[0].name == "1600.AWGN.1"
    assert {s.kind for s in sheet.samples} == {"awgn", "jpeg2000"}


def test_koniq_says_which_images_it_took(tmp_path: Path) -> None:
    koniq10k(tmp_path, "512x384")
    assert "512x384" in read_opinions("koniq10k", tmp_path).notes[0]
    koniq10k(tmp_path)
    assert "1024x768" in read_opinions("koniq10k", tmp_path).notes[0]


def test_live_itw_leaves_the_training_images_out(tmp_path: Path) -> None:
    opinions = read_opinions("live_itw", HANDED["live_itw"](tmp_path))
    assert "seven training images" in opinions.notes[0]
    assert not [s for s in opinions.samples if s.name.startswith("t")]


def test_without_a_folder_the_home_is_looked_into(tmp_path: Path) -> None:
    place = Path(os.environ["IQABENCH_HOME"]) / "opinions" / "kadid10k"
    HANDED["kadid10k"](place)
    assert read_opinions("kadid10k").folder == place


def test_opinions_of_missing_images_are_refused_or_left_out(tmp_path: Path) -> None:
    HANDED["tid2013"](tmp_path)
    whole = read_opinions("tid2013", tmp_path)
    first, second = whole.samples[:2]
    first.distorted.unlink()
    second.distorted.unlink()
    with pytest.raises(SetError, match=r"2 images of TID2013 are missing.*--allow-missing"):
        read_opinions("tid2013", tmp_path)
    rest = read_opinions("tid2013", tmp_path, allow_missing=True)
    assert rest.samples == whole.samples[2:]
    assert rest.notes[0].startswith("2 images of TID2013 are missing")
    assert rest.is_part
