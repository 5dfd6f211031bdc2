"""Pages of samples: which images come first, whose pictures, and where an output departs from its target."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iqabench.images import write_image
from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import tables_of
from iqabench.report.pages.core.write import write_report
from iqabench.report.plots import sample_pictures
from iqabench.report.plots.error_maps import FULL, decoded, error_map
from iqabench.report.plots.pictures import cuts_of, whole_of
from iqabench.report.plots.sample_pictures import shown_samples
from iqabench.sets import load_set
from iqabench.store import OutputFolder, Provenance, Store

from .conftest import NASTY, Fill, column_of, cut_out
from .test_site import Page


def shots(out: Path, name: str) -> list[dict[str, Any]]:
    text = (out / name).read_text()
    found = re.search(r'<script type="application/json" id="shots">(.*?)</script>', text, re.S)
    assert found
    every: list[dict[str, Any]] = json.loads(found[1])["samples"]
    return every


def indices(png: bytes) -> Any:
    """What a picture with a palette has in its pixels."""
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.mode == "P"
        return np.asarray(picture)


def test_an_error_map_by_hand() -> None:
    target = np.full((2, 3, 3), 100, np.uint8)
    output = target.copy()
    output[0, 0] = (100, 84, 101)  # 16 at most, a quarter of the scale
    output[1, 2] = (0, 100, 100)  # beyond its end
    output[0, 1] = (164, 100, 100)  # at its end
    assert FULL == 64
    assert indices(error_map(output, target)).tolist() == [[63, 255, 0], [0, 0, 255]]


def test_the_brightest_colour_is_the_largest_error() -> None:
    target = np.zeros((1, 3, 3), np.uint8)
    output = np.array([[[0] * 3, [30] * 3, [255] * 3]], np.uint8)
    made = decoded(error_map(output, target))
    assert made is not None
    light = made.astype(int).sum(axis=2)[0]
    assert light[0] < light[1] < light[2]


def test_order_pictures_and_figures(everything: Path) -> None:
    found = shots(everything, "samples-tiny-x4.html")
    # random weights aside: spreads a 28..31, b 27..32, c 30..35; means a 29.6, b 29.9, c 32.7
    assert [(one["name"], one["disputed"], one["worst"]) for one in found] == [
        ("b", 0, 1),
        ("c", 1, 2),
        ("a", 2, 0),
    ]
    pictures = {shot["label"]: shot for shot in found[0]["shots"]}
    assert [*pictures][:2] == ["target", "input"]
    assert "falls" not in pictures  # it failed on b and left no cut
    assert NASTY in pictures
    assert pictures["good"]["figures"] == ["32.00", "0.8000"]
    assert pictures["bicubic"]["figures"] == ["27.00", "0.7000"]
    assert not pictures["target"]["error"]
    assert not pictures["input"]["error"]  # it has another size
    error = (everything / pictures["good"]["error"]).read_bytes()
    assert indices(error).shape == (40, 48)
    assert {*indices(error).flat} == {255}  # a grey of 1, where 200 was sought
    assert not any(t == "b" for t, _ in Page(everything / "samples-tiny-x4.html").tags)


def test_what_is_shown_is_bounded(fill: Fill, tmp_path: Path) -> None:
    names = "abcdefghijklmnopqrst"
    psnr = [
        *column_of([30.0 - at for at in range(20)], samples=names, model="one"),
        *column_of([30.0 + at % 7 for at in range(20)], samples=names, model="two"),
    ]
    store = fill(*psnr)
    cut_out(store, psnr)
    (pages := tmp_path / "pages").mkdir()
    with Results(store) as results:
        (table,) = tables_of(results)
        found = shown_samples(results, table, cuts_of(store, table), pages)
        assert found is not None
        assert len(found.samples) == sample_pictures.SHOWN
        worst = {one.name for one in found.samples if one.worst < 6}
        assert len(worst) == 6
        files = {*pages.rglob("*.png")}
        assert found.megabytes == pytest.approx(sum(f.stat().st_size for f in files) / 1e6)
        few = shown_samples(results, table, cuts_of(store, table), pages, most=1e-9)
        assert few is not None
        assert len(few.samples) == 1


def test_no_page_without_pictures(fill: Fill, tmp_path: Path) -> None:
    write_report(fill(*column_of([30.0])), tmp_path / "out")
    assert not [*(tmp_path / "out").glob("samples-*.html")]
    assert "samples-" not in (tmp_path / "out" / "tiny-x4.html").read_text()


@pytest.fixture
def whole(tmp_path: Path, fill: Fill) -> tuple[Store, Path]:
    """A set of two images, one model's outputs of it kept whole, and its records."""
    folder = tmp_path / "photos"
    random = np.random.default_rng(0)
    for name in "ab":
        write_image(folder / f"{name}.png", random.integers(0, 255, (24, 32, 3), np.uint8))
    there = load_set(f"{folder}@x4")
    same: dict[str, Any] = {"set": "photos", "set_hash": there.hash, "level": "x4"}
    run = Provenance(
        model="plain", model_hash="ab" * 32, model_facts="{}", model_version=1, random_weights=False,
        precision="fp32", tile=0, device_class="cpu", device="a processor", task="sr", scale=4,
        address=f"{folder}@x4", domain="image", **same,
    )  # fmt: skip
    for kept in (run, replace(run, model="stale", model_hash="cd" * 32)):
        outputs = OutputFolder(tmp_path / "saved", kept)
        outputs.claim()
        for ref in there:
            target = ref.load().target
            assert target is not None
            write_image(outputs.file(ref.name), np.minimum(target.astype(int) + 4, 255))
    store = fill(
        *column_of([30.0, 31.0], **same),
        *column_of([20.0, 21.0], model="stale", model_hash="ef" * 32, **same),
    )
    return store, tmp_path / "saved"


def test_whole_outputs_beside_the_set_s_own_images(
    whole: tuple[Store, Path], tmp_path: Path
) -> None:
    store, saved = whole
    write_report(store, tmp_path / "out", outputs=saved)
    found = shots(tmp_path / "out", "samples-photos-x4.html")
    assert {one["name"] for one in found} == {"a", "b"}
    assert {(one["width"], one["height"]) for one in found} == {(32, 24)}
    labels = [shot["label"] for shot in found[0]["shots"]]
    assert labels == ["target", "input", "plain"]  # what other weights made is not taken
    error = indices((tmp_path / "out" / found[0]["shots"][2]["error"]).read_bytes())
    assert {*error.flat} <= {0, 3, 7, 11, 15}
    assert 15 in error  # 4 of 64, on a scale to 255
    assert "Whole images." in (tmp_path / "out" / "samples-photos-x4.html").read_text()


def test_why_nothing_is_whole(whole: tuple[Store, Path], tmp_path: Path) -> None:
    store, saved = whole
    with Results(store) as results:
        (table,) = tables_of(results)
        find, why = whole_of(tmp_path / "photos", table)
        assert find is None
        assert "no outputs of this set's models were found under photos" in why
        (tmp_path / "photos").rename(tmp_path / "gone")
        find, why = whole_of(saved, table)
        assert find is None
        assert "does not exist" in why
