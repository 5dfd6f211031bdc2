"""The pages of a store with costs: the device's own, and what stands beside quality."""

import re
from pathlib import Path

import pytest

from iqabench.report.pages.core.site import write_report
from iqabench.store import Store

from .conftest import NASTY, Fill, column_of, cost, costly_records, filled
from .test_site import RESOURCES, Page, files


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written once: these tests only read it."""
    folder = tmp_path_factory.mktemp("pages")
    write_report(filled(folder / "store", costly_records()), folder / "out")
    return folder / "out"


def device_page(out: Path, device: str = "a_processor") -> Page:
    (path,) = out.glob(f"cost-{device}*.html")
    return Page(path)


def test_a_page_for_each_device_and_none_for_its_sizes(costly: Store, tmp_path: Path) -> None:
    written = [p.name for p in write_report(costly, tmp_path / "out", among=[]).pages]
    assert written[:2] == ["index.html", "tiny-x4.html"]
    assert [n[:9] for n in written[2:4]] == ["cost-a_GP", "cost-a_pr"]
    index = Page(tmp_path / "out" / "index.html")
    assert index.row("a processor (1 thread)")[1:] == [
        "4",
        "3x128x128, 3x256x256, 3x512x512, 3x1024x1024",
        "13",
        "1",
    ]
    assert index.row("tiny ×4")[1:3] == ["3", "4"]
    assert "<div><dt>Sets</dt><dd>1</dd></div>" in index.text
    assert "<div><dt>Devices</dt><dd>2</dd></div>" in index.text


def test_costs_alone_make_a_report(fill: Fill, tmp_path: Path) -> None:
    written = write_report(fill(cost(3.0)), tmp_path / "out", among=[]).pages
    others = [p.name for p in written[2:] if not p.name.startswith("board-")]
    assert others == ["model-plain.html"]
    assert "<dt>Sets</dt>" not in written[0].read_text()
    assert Page(written[1]).row("plain")[:2] == ["plain", "3.000"]


def test_devices_and_sets_never_share_a_page(fill: Fill, tmp_path: Path) -> None:
    places = [cost(place="X"), cost(place="x"), cost(place="index")]
    store = fill(*places, *column_of([30.0], set="cost-X", set_hash="1", level=""))
    written = write_report(store, tmp_path / "out", among=[]).pages
    names = [p.name.casefold() for p in written if not p.name.startswith("board-")]
    assert len(set(names)) == len(names) == 6
    assert "set-cost-x.html" in names


def test_the_device_s_table(out: Path) -> None:
    page = device_page(out)
    row = next(r for r in page.rows if r[0].strip() == "good@pruned")
    assert [" ".join(c.split()) for c in row] == [
        "good@pruned",
        "3x256x256",
        "2.000 G",
        "–not measured",
        "5.0009.500 to 10.50×0.500 (0.480 to 0.520)",
    ]
    assert "<strong>2.000 G</strong>" in page.text
    assert page.row("good (bf16, compile, channels last)")[4] == "7.000"
    assert "<u>3.000 G</u>" in page.text
    assert page.row("luck (random weights)")[2] == "3.000 G"


def test_growth_in_words_and_as_a_plot(out: Path) -> None:
    page = device_page(out)
    assert (
        "good: macs@exact = 61.04 G × megapixels^1.000 (R² 1.0000 over 3 sizes): twice the pixels make it "
        "2.00 times as large."
    ) in page.text
    assert re.search(
        r"good: latency_ms = \S+ ms × megapixels\^0\.830 \(R² 0\.9\d+ over 3 sizes\)", page.text
    )
    assert len([*(out / "plots").glob("cost-a_processor*-growth-*.svg")]) == 2
    assert "good@pruned: macs" not in page.text


def test_failures_notes_and_warnings(out: Path) -> None:
    page = device_page(out)
    assert page.row("good@pruned")
    failure = next(r for r in page.rows if "out of memory at 3x1024x1024" in "".join(r))
    assert [c.strip() for c in failure] == [
        "good",
        "out of memory at 3x1024x1024",
        "latency_ms at 3x1024x1024",
    ]
    note = next(r for r in page.rows if "is <u>not</u> seen" in "".join(r))
    assert note[2] == "macs@exact"
    assert page.text.count("took 1.6 of its 2 cores") == 1


def test_how_it_was_measured(out: Path) -> None:
    page = device_page(out)
    sampling = page.text.index("How latency was sampled")
    rows = [[c.strip() for c in r] for r in page.rows]
    assert [
        "good",
        "3x256x256",
        "6 of 3 calls",
        "12",
        "1",
        "5.00%",
        "0.12%",
        "40.00 ms",
        "when its time was over",
    ] in rows
    machine = page.text[sampling:]
    for said in (
        "<dt>cpu name</dt><dd>A &amp; B</dd>",
        "<dt>cpu clock mhz</dt><dd>2600</dd>",
        "<dt>threads torch</dt><dd>1</dd>",
        "iqabench 0.1.0",
        "abababababab",
    ):
        assert said in machine, said
    assert "busy" not in machine


def test_samples_are_drawn_where_two_models_have_them(out: Path) -> None:
    (path,) = (out / "plots").glob("cost-a_processor*-latency-1.svg")
    drawn = path.read_text()
    assert "good\nMedian 10.25 ms\n95 % interval 9.5 to 10.5 ms" in drawn
    assert "1 outliers of 6 samples" in drawn


def test_costs_stand_beside_quality(out: Path) -> None:
    page = Page(out / "tiny-x4.html")
    assert page.row("good") == [
        "good",
        "5.00 K",
        "32.00",
        "0.2000",
        "4.000 G",
        "3.500 G",
        "1.000",
        "10.00",
        "3",
        "0",
    ]
    assert page.row("bicubic")[4:] == ["–not measured"] * 4 + ["3", "0"]
    heads = [a.get("data-name") for t, a in page.tags if t == "th" and "data-name" in a]
    assert heads == [
        "params",
        "psnr@sr-y",
        "lpips@sr-rgb",
        "macs@exact:3x256x256",
        "macs@fvcore:3x256x256",
        "latency_ms@3x256x256",
        "latency_ms@3x256x256",
    ]
    assert "3x256x256 · GPU" in page.text.replace("ms · ", "")
    assert "3x256x256 · CPU" in page.text.replace("ms · ", "")


def test_the_first_front_is_marked_without_javascript(out: Path) -> None:
    text = (out / "tiny-x4.html").read_text()
    marked = re.findall(r'<tr class="front">\s*<th scope="row"><a[^>]*>([^<]*)', text)
    assert set(marked) == {"good", "good@pruned"}
    assert "<code>psnr@sr-y</code> and <code>macs@exact:3x256x256</code>" in text


def test_every_quality_against_every_cost(out: Path) -> None:
    page = Page(out / "tiny-x4.html")
    drawn = [
        (a["data-quality"], a["data-cost"])
        for t, a in page.tags
        if t == "figure" and "data-cost" in a
    ]
    assert drawn == [
        (quality, below)
        for quality in ("psnr@sr-y", "lpips@sr-rgb")
        for below in (
            "Parameters",
            "MACs, exact, 3x256x256",
            "Latency (ms), 3x256x256, GPU",
            "Latency (ms), 3x256x256, CPU",
        )
    ]
    assert "good@pruned\npsnr@sr-y: 31.50 dB\nLatency (ms), 3x256x256, CPU: 5.000 ms\n" in page.text
    assert (
        "Parameters: 2.00 K\nLicence: MIT\nVariant of good, pruned: half of &lt;i&gt;all&lt;/i&gt;"
        in page.text
    )


def test_variants_beside_their_parents(out: Path) -> None:
    page = Page(out / "tiny-x4.html")
    rows = [[" ".join(c.split()) for c in r] for r in page.rows]
    who = ["good@pruned", "good"]
    assert [
        *who,
        "pruned",
        "psnr@sr-y ↑higher is better",
        "32.00",
        "31.50",
        "-0.5000",
        "–",
        "0.5",
        "3",
    ] in rows
    assert [
        *who,
        "MACs, exact, 3x256x256 ↓lower is better",
        "4.000 G",
        "2.000 G",
        "×0.500",
        "–",
        "+0.5000 dB",
    ] in rows
    assert [
        *who,
        "Latency (ms), 3x256x256, CPU ↓lower is better",
        "10.00",
        "5.000",
        "×0.500",
        "0.480 to 0.520",
        "+0.5000 dB",
    ] in rows
    assert "Variant of good, pruned: half of &lt;i&gt;all&lt;/i&gt; channels" in page.text


def test_names_never_become_markup(out: Path) -> None:
    for path in out.glob("*.html"):
        page = Page(path)
        assert not {"b", "i"} & {t for t, _ in page.tags}, path
        assert "alert('x')</script>" not in page.text
        for tag, attributes in page.tags:
            for name in ("src", "href"):
                if (tag, name) in RESOURCES and name in attributes:
                    assert not re.match(r"\w+:", attributes[name]) or attributes[name] == "data:,"
    assert NASTY in [r[0].strip() for r in device_page(out).rows if r]


def test_no_id_stands_twice_and_every_link_resolves(out: Path) -> None:
    for path in out.glob("*.html"):
        page = Page(path)
        ids = [a["id"] for _, a in page.tags if "id" in a]
        assert len(ids) == len(set(ids)), path
        for _, link in page.links():
            target, _, part = link.partition("#")
            if not link.startswith(("http", "data:")):
                assert (out / (target or path.name)).is_file(), link
                assert not part or target or part in ids, link


def test_same_store_gives_the_same_bytes(costly: Store, tmp_path: Path) -> None:
    write_report(costly, tmp_path / "one", among=[])
    write_report(Store(costly.folder), tmp_path / "two", among=[])
    assert files(tmp_path / "one") == files(tmp_path / "two")
