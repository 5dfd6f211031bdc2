import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from iqabench.errors import StoreError
from iqabench.report.pages.core.site import write_report
from iqabench.store import Store

from .conftest import NASTY, Fill, column_of

RESOURCES = {
    ("img", "src"),
    ("script", "src"),
    ("link", "href"),
    ("source", "src"),
    ("iframe", "src"),
}


SCRIPTS = {
    "report.js",
    "plots.js",
    "provenance.js",
    "boards.js",
    "explorer.js",
    "samples.js",
    "assets/plotly.min.js",
    "application/json",
}


class Page(HTMLParser):
    """A page's tags, and the text of its tables' rows."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.rows: list[list[str]] = []
        self.text = path.read_text(encoding="utf-8")
        self._cell = False
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self._cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data

    def row(self, label: str) -> list[str]:
        """The first row with that heading."""
        return next(
            [" ".join(c.split()) for c in r] for r in self.rows if r and r[0].strip() == label
        )

    def links(self) -> Iterator[tuple[str, str]]:
        for tag, attributes in self.tags:
            for name in ("href", "src"):
                if name in attributes:
                    yield tag, attributes[name]


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture
def out(everything: Path) -> Path:
    return everything


def test_pages_are_returned_index_first(full: Store, tmp_path: Path) -> None:
    written = write_report(full, tmp_path / "out").pages
    assert [p.name for p in written[:4]] == [
        "index.html",
        "noisy-n25.html",
        "tiny-x4.html",
        "twins-x4.html",
    ]
    kinds = [p.name.partition("-")[0] for p in written[4:]]
    assert kinds[:9] == 5 * ["model"] + 2 * ["samples"] + ["sets.html", "explorer.html"]
    assert set(kinds[9:]) == {"board"}
    assert all(p.is_file() for p in written)


def test_means_stand_in_the_table(out: Path) -> None:
    page = Page(out / "tiny-x4.html")
    assert page.row("good") == ["good", "5.00 K", "32.00", "0.8500", "3", "0"]
    assert page.row("good (bf16)") == ["good (bf16)", "5.00 K", "31.50", "–not run", "3", "0"]
    assert page.row("bicubic") == ["bicubic", "0", "28.33", "0.7000", "3", "0"]
    assert page.row("falls") == ["falls", "90.0 K", "33.00", "–not run", "2 of 3", "1"]
    assert page.row(NASTY)[2:] == ["29.83", "0.8200", "3", "0"]
    assert page.row("good (random weights)")[2] == "20.00"
    assert "<strong>32.00</strong>" in page.text
    assert "<u>31.50</u>" in page.text
    assert "<strong>33.00</strong>" not in page.text


def test_infinite_mean_says_how_many(out: Path) -> None:
    page = Page(out / "twins-x4.html")
    assert page.row("good")[2].startswith("inf")
    assert "1 of 2 infinite; mean of the others 40.00" in page.text
    assert "the other 1: 40.00000" in page.text


def test_per_image_values_and_failures(out: Path) -> None:
    page = Page(out / "tiny-x4.html")
    samples = [{c.strip() for c in r} for r in page.rows if r and r[0].strip() == "b"]
    values = {"32.00", "31.00", "27.00", "failed", "20.00", "29.50"}
    assert any(values <= sample for sample in samples)
    failure = next(r for r in page.rows if "the model returned NaN" in "".join(r))
    assert [" ".join(c.split()) for c in failure] == [
        "falls",
        "the model returned NaN",
        "1",
        "b",
        "psnr@sr-y",
    ]


def test_pictures_of_every_model(out: Path) -> None:
    page = Page(out / "tiny-x4.html")
    alts = [a["alt"] for t, a in page.tags if t == "img"]
    for label in ("target", "input", "good", "bicubic", "falls", "good (random weights)", NASTY):
        assert f"c, {label}" in alts
    assert "b, falls" not in alts
    widths = {a["width"] for t, a in page.tags if t == "img"}
    assert widths == {"144"}  # 48 pixels, three times


def test_samples_that_differ_most_come_first(out: Path) -> None:
    text = (out / "tiny-x4.html").read_text()
    found = re.findall(r"<h3>(\w) <span class=\"under\">([^<]+)", text)
    assert found == [
        ("b", "27.00 to 32.00 dB"),
        ("c", "30.00 to 35.00 dB"),
        ("a", "28.00 to 31.00 dB"),
    ]


def test_provenance(out: Path) -> None:
    text = (out / "tiny-x4.html").read_text()
    for said in ("5" * 64, "ab" * 32, "sr-y", "version 1", "07154acab836", "studio swing", "a processor",
                 "iqabench 0.1.0", "run-1", "2026-01-02 03:04 UTC", "5.0 ms", "DIV2K", "bf16"):  # fmt: skip
        assert said in text, said


def test_tiling_is_told(fill: Fill, tmp_path: Path) -> None:
    key = "2" * 24
    note = {"tile": 512, "tile_note": "out of memory: tiles of 512"}
    store = fill(*column_of([30.0], key=key), *column_of([31.0], samples="b", key=key, **note))
    text = write_report(store, tmp_path / "out", among=[]).pages[1].read_text()
    assert "whole image; 1 image in tiles of 512 (out of memory: tiles of 512)" in text


def test_every_local_link_resolves(out: Path) -> None:
    pages = {p.name: Page(p) for p in out.glob("*.html")}
    ids = {name: {a["id"] for _, a in page.tags if "id" in a} for name, page in pages.items()}
    for name, page in pages.items():
        for _, link in page.links():
            if link.startswith(("http", "data:")):
                continue
            path, _, part = link.partition("#")
            target = unquote(path) or name
            assert (out / target).is_file(), (name, link)
            if part and target in ids:
                assert part in ids[target], (name, link)


def test_no_id_stands_twice(out: Path) -> None:
    for path in out.glob("*.html"):
        ids = [a["id"] for _, a in Page(path).tags if "id" in a]
        assert len(ids) == len(set(ids)), path


def test_nothing_is_fetched(out: Path) -> None:
    for path in out.glob("*.html"):
        for tag, attributes in Page(path).tags:
            for name in ("src", "href"):
                if (tag, name) in RESOURCES and name in attributes:
                    assert not re.match(r"\w+://|//", attributes[name]), (path, attributes)
    for path in (out / "report.css", *out.glob("*.js")):
        assert "//" not in path.read_text().replace("/*", "").replace("*/", ""), path
        assert not re.search(r"url\(|@import|fetch\(|XMLHttp", path.read_text())
    for path in (out / "plots").glob("*.svg"):
        assert not re.search(r'href="(?!#)|url\((?!#)', path.read_text())


def test_names_never_become_markup(out: Path) -> None:
    for path in out.glob("*.html"):
        page = Page(path)
        scripts = {a.get("src") or a["type"] for t, a in page.tags if t == "script"}
        assert scripts <= SCRIPTS, path
        assert "alert('x')</script>" not in page.text
        assert not any(t == "b" for t, _ in page.tags)
        assert not any(link.startswith("javascript:") for _, link in page.links())


def test_tables_and_values_lie_beside(out: Path) -> None:
    assert "**32.00**" in (out / "tables" / "tiny-x4.md").read_text()
    assert r"\textbf{32.00}" in (out / "tables" / "tiny-x4.tex").read_text()
    assert "good,abab" in (out / "tables" / "tiny-x4.csv").read_text()
    with (out / "per-image" / "tiny-x4.csv").open(newline="") as file:
        values = {(r["sample"], r["model"], r["column"]): r for r in csv.DictReader(file)}
    assert len(values) == 6 * 3 + 3 * 3
    assert float(values["c", NASTY, "ssim@sr-y"]["value"]) == 0.83
    assert values["b", "falls", "psnr@sr-y"]["error"] == "the model returned NaN"


def test_index(out: Path) -> None:
    page = Page(out / "index.html")
    row = page.row("tiny ×4")
    assert row[1:4] == ["3", "4", "psnr@sr-y ↑higher is better"]
    assert row[4:] == ["good 32.00", "good (bf16) 31.50", "1"]
    assert page.row("noisy noise 25")[4:] == ["denoiser 31.25", "–", "0"]
    assert page.row("good") == [
        "good",
        "5.00 K",
        "32.00",
        "inf1 of 2 infinite; mean of the others 40.00",
    ]
    assert "Denoising" in page.text


def test_same_store_gives_the_same_bytes(full: Store, tmp_path: Path) -> None:
    write_report(full, tmp_path / "one")
    write_report(Store(full.folder), tmp_path / "two")
    one, two = files(tmp_path / "one"), files(tmp_path / "two")
    assert one == two
    assert len(one) > 20


def test_older_report_is_replaced_and_nothing_else(full: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report(full, out, title="First & only", among=[])
    assert "First &amp; only" in (out / "index.html").read_text()
    write_report(full, out, among=[])
    assert "First" not in (out / "index.html").read_text()
    before = files(full.folder)
    with pytest.raises(StoreError, match="which no report wrote"):
        write_report(full, full.folder, among=[])
    assert files(full.folder) == before


def test_empty_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no records"):
        write_report(Store(tmp_path / "nothing"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_that_differ_in_case_alone_have_pages_of_their_own(
    fill: Fill, tmp_path: Path
) -> None:
    sets = ("Photos", "photos", "my/photos 100%", "index")
    store = fill(
        *(r for name in sets for r in column_of([30.0], set=name, set_hash=name, level=""))
    )
    written = write_report(store, tmp_path / "out", among=[]).pages
    pages = [p for p in written if not p.name.startswith(("model-", "board-"))]
    assert len({p.name.casefold() for p in pages}) == len(pages) == 6
    assert all(re.fullmatch(r"[A-Za-z0-9._@+-]+", p.name) for p in written)


def test_large_sets_are_cut_short_in_the_page(
    fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iqabench.report.data.per_image.MOST_CELLS", 10)
    samples = [f"s{i:03d}" for i in range(50)]
    records = [r for s in samples for r in column_of([30.0], samples=[s])]  # type: ignore[arg-type]
    page = write_report(fill(*records), tmp_path / "out", among=[]).pages[1].read_text()
    assert "The first 20 of 50 images" in page
    assert page.count('<th scope="row"><span class="label">s0') == 20
    assert len((tmp_path / "out" / "per-image" / "tiny-x4.csv").read_text().splitlines()) == 51


def test_report_needs_no_torch() -> None:
    code = (
        "import sys; import iqabench.report.pages.core.site, iqabench.report.data.aggregate; "
        "import iqabench.report.text.table_formats; "
        "assert 'torch' not in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
