"""Missing, damaged and contradictory files are errors that name them and the expected layout."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from iqabench.errors import SetError, UnknownNameError
from iqabench.opinions import opinion_sets, read_opinions
from opinions.handed import HANDED, csiq
from opinions.workbook import xlsx


@pytest.mark.parametrize("name", sorted(HANDED))
def test_every_file_and_folder_is_missed_by_name(tmp_path: Path, name: str) -> None:
    folder = HANDED[name](tmp_path / "set")
    away = tmp_path / "away"
    for part in sorted(folder.iterdir()):
        if name == "pipal" and part.name == "Distortion_1":
            continue  # its images are missed one by one
        part.rename(away)
        with pytest.raises(SetError, match=r"lacks|missing") as error:
            read_opinions(name, folder)
        assert opinion_sets().get(name).files[0][0] in str(error.value)
        away.rename(part)
    assert read_opinions(name, folder).samples


@pytest.mark.parametrize("name", opinion_sets().names())
def test_an_empty_folder_is_named_with_the_layout_that_is_expected(
    tmp_path: Path, name: str
) -> None:
    facts = opinion_sets().get(name)
    with pytest.raises(SetError) as error:
        read_opinions(name, tmp_path)
    assert str(tmp_path) in str(error.value)
    assert facts.layout in str(error.value)


@pytest.mark.parametrize("name", opinion_sets().names())
def test_no_folder_says_where_to_get_one(tmp_path: Path, name: str) -> None:
    facts = opinion_sets().get(name)
    for folder in (tmp_path / "nowhere", None):
        with pytest.raises(SetError) as error:
            read_opinions(name, folder)
        said = str(error.value)
        assert facts.site in said
        assert facts.source in said
        assert facts.files[-1][0] in said
        assert ("looked into" in said) == (folder is None)


def test_an_unknown_set_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match="tid2013"):
        read_opinions("tid2012")


def test_the_folder_above_is_recognised(tmp_path: Path) -> None:
    HANDED["tid2013"](tmp_path / "tid2013")
    with pytest.raises(SetError, match=r"did you mean --from .*tid2013"):
        read_opinions("tid2013", tmp_path)


def test_opinions_without_an_image(tmp_path: Path) -> None:
    folder = HANDED["tid2013"](tmp_path)
    (folder / "distorted_images" / "i03_08_2.bmp").unlink()
    (folder / "distorted_images" / "i03_08_3.bmp").unlink()
    with pytest.raises(SetError, match=r"2 images of TID2013 are missing, .*i03_08_2\.bmp"):
        read_opinions("tid2013", folder)


def test_opinions_without_a_reference(tmp_path: Path) -> None:
    folder = HANDED["kadid10k"](tmp_path)
    (folder / "images" / "I03.png").unlink()
    with pytest.raises(SetError, match=r"1 references of KADID-10k .*I03\.png"):
        read_opinions("kadid10k", folder)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "message"),
    [
        ("tid2013", "mos_with_names.txt", "5.01000", "nan", "line 1: 'nan' is no opinion"),
        ("tid2013", "mos_with_names.txt", "5.01000 ", "", "not 'MOS NAME'"),
        ("tid2013", "mos_with_names.txt", "I01_08_1.bmp", "photo.bmp", "not 'MOS NAME'"),
        ("tid2013", "mos_with_names.txt", "i01_08_2.bmp", "I01_08_1.BMP", "two opinions of"),
        ("kadid10k", "dmos.csv", "dmos", "score", "no line that names the columns .*dmos"),
        ("kadid10k", "dmos.csv", "5.01", "good", "'good' is no opinion; expected a finite number"),
        ("kadid10k", "dmos.csv", "5.01", "inf", "'inf' is no opinion"),
        ("kadid10k", "dmos.csv", "5.01", "", "has nothing under 'dmos'"),
        ("kadid10k", "dmos.csv", "I01_11_02.png,", "I01_11_01.png,", "two opinions of 'I01_11_01'"),
        ("pipal", "Train_Label/A0001.txt", ",", " ", "not 'NAME,ELO'"),
        ("pipal", "Train_Label/A0001.txt", "1501", "x", "A0001.txt, line 1"),
        ("koniq10k", "koniq10k_scores_and_distributions.csv", "MOS_zscore", "z", "MOS_zscore"),
    ],
)
def test_damaged_text(
    tmp_path: Path, name: str, file: str, old: str, new: str, message: str
) -> None:
    folder = HANDED[name](tmp_path)
    edit(folder / file, old, new)
    with pytest.raises(SetError, match=message):
        read_opinions(name, folder)


def shorter(folder: Path) -> None:
    values = {"dmos_new": np.zeros((1, 779)), "orgs": np.zeros((1, 779))}
    scipy.io.savemat(folder / "dmos_realigned.mat", values)


def other_variable(folder: Path) -> None:
    scipy.io.savemat(folder / "dmos_realigned.mat", {"scores": np.zeros((1, 982))})


def not_a_number(folder: Path) -> None:
    values = {"dmos_new": np.full((1, 982), np.nan), "orgs": np.zeros((1, 982))}
    scipy.io.savemat(folder / "dmos_realigned.mat", values)


def cut(folder: Path) -> None:
    path = folder / "dmos_realigned.mat"
    path.write_bytes(path.read_bytes()[:300])


def no_mat(folder: Path) -> None:
    (folder / "dmos_realigned.mat").write_text("not a MATLAB file, not at all; only some words")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (shorter, "779 entries; expected 982"),
        (other_variable, "no variable dmos_new, orgs; it has: scores"),
        (not_a_number, "entry 1: 'nan' is no opinion"),
        (cut, "is no MATLAB file that can be read"),
        (no_mat, "is no MATLAB file that can be read"),
    ],
)
def test_damaged_mat(tmp_path: Path, damage: Callable[[Path], None], message: str) -> None:
    damage(HANDED["live"](tmp_path))
    with pytest.raises(SetError, match=message):
        read_opinions("live", tmp_path)


def test_names_and_opinions_of_different_numbers(tmp_path: Path) -> None:
    folder = HANDED["live_itw"](tmp_path)
    scipy.io.savemat(folder / "Data" / "AllMOS_release.mat", {"AllMOS_release": np.ones((1, 9))})
    with pytest.raises(SetError, match="9 opinions and 19 names"):
        read_opinions("live_itw", folder)


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"Sheet1": [["image"]]}, "no sheet 'all_by_image'; it has: Sheet1"),
        ({"all_by_image": [["image", "dmos"]]}, "no line that names the columns"),
        (
            {"all_by_image": [["image", "dst_type", "dst_lev", "dmos"], ["woman", "rain", 1, 0.1]]},
            "line 2: 'rain' is no distortion of CSIQ",
        ),
    ],
)
def test_another_sheet(tmp_path: Path, sheets: dict[str, list[list[object]]], message: str) -> None:
    csiq(tmp_path)
    xlsx(tmp_path / "csiq.DMOS.xlsx", sheets)
    with pytest.raises(SetError, match=message):
        read_opinions("csiq", tmp_path)


def test_no_excel_file(tmp_path: Path) -> None:
    csiq(tmp_path)
    path = tmp_path / "csiq.DMOS.xlsx"
    for bytes_ in (b"PK no zip", path.read_bytes()[:400], b""):
        path.write_bytes(bytes_)
        with pytest.raises(SetError, match="is no Excel file"):
            read_opinions("csiq", tmp_path)


def test_fewer_than_five_opinions(tmp_path: Path) -> None:
    folder = HANDED["tid2013"](tmp_path)
    path = folder / "mos_with_names.txt"
    path.write_text("\n".join(path.read_text().splitlines()[:4]))
    with pytest.raises(SetError, match="has 4 opinions; a correlation needs at least 5"):
        read_opinions("tid2013", folder)


def test_text_of_another_encoding(tmp_path: Path) -> None:
    folder = HANDED["tid2013"](tmp_path)
    (folder / "mos_with_names.txt").write_bytes(b"\xff\xfe5\x00")
    with pytest.raises(SetError, match="cannot be read as text"):
        read_opinions("tid2013", folder)
