"""Stores with records that were made up, so that every mean can be worked out by hand."""

import json
import shutil
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from iqabench.protocols import protocol
from iqabench.report.pages.core.write import write_report
from iqabench.store import NO_SAMPLE, CropFolder, Record, Store, content_key

NASTY = "<script>alert('x')</script>_100% a/b|$x$&\\#.pth"
"""A name with what HTML, LaTeX, Markdown and paths take for their own."""

Fill = Callable[..., Store]


def record(**given: Any) -> Record:
    """A record; what is not given is that of a plain run. `facts` are the model's."""
    facts = {
        "title": "A network",
        "params": 1000,
        "licence": "MIT",
        "source": "",
        "code": "",
        "training_sets": ["DIV2K"],
        "notes": "",
    } | given.pop("facts", {})
    column = given.pop("column", "psnr@sr-y")
    metric, _, name = column.partition("@")
    values: dict[str, Any] = {
        "sample": "a", "column": column, "status": "ok", "value": 30.0, "error": "",
        "unit": "dB" if metric == "psnr" else "1", "better": "lower" if metric == "lpips" else "higher",
        "metric": metric, "metric_version": 1, "protocol": name,
        "protocol_hash": given.get("protocol_hash") or protocol(name).hash, "task": "sr",
        "set": "tiny", "set_hash": "5" * 64,
        "scale": 4, "level": "x4", "model": "plain", "model_hash": "ab" * 32,
        "model_facts": json.dumps(facts), "random_weights": False, "precision": "fp32", "tile": 0,
        "tile_note": "", "device_class": "cpu", "device": "a processor", "restore_ms": 5.0,
        "run": "run-1", "versions": '{"iqabench":"0.1.0","python":"3.11"}',
        "time": "2026-01-02T03:04:05.000Z",
    }  # fmt: skip
    values |= given
    names = ("set_hash", "level", "model", "model_hash", "random_weights", "precision", "device_class",
             "column", "metric_version", "protocol_hash", "tile")  # fmt: skip
    key = values.pop("key", None) or content_key(**{n: values[n] for n in names})
    return Record(key=key, **values)


UNITS = {
    "params": "1",
    "macs": "1",
    "latency_ms": "ms",
    "memory_mib": "MiB",
    "throughput_mpx_s": "megapixels per second",
}


def cost(value: float | None = 10.0, **given: Any) -> Record:
    """A record of cost, None a failure; `probe` may name a convention, `details` stand behind the value."""
    probe, _, convention = given.pop("probe", "latency_ms").partition("@")
    size, place = given.pop("size", "3x256x256"), given.pop("place", "a processor (1 thread)")
    under = ":".join(part for part in (convention, size if probe != "params" else "") if part)
    values: dict[str, Any] = {
        "sample": NO_SAMPLE,
        "column": f"{probe}@{under}" if under else probe,
        "metric": probe,
        "protocol": convention,
        "protocol_hash": f"hash of {convention}",
        "value": value,
        "unit": UNITS[probe],
        "better": "higher" if probe == "throughput_mpx_s" else "lower",
        "task": "cost",
        "set": place,
        "set_hash": content_key(device=place),
        "level": size,
        "restore_ms": None,
        "kind": "cost",
        "mode": "",
    }
    if value is None:
        values |= {"status": "failed", "error": f"out of memory at {size}"}
    values["details"] = json.dumps(given.pop("details", {}))
    values |= given
    if "key" not in values:
        named = (
            "set",
            "level",
            "column",
            "model",
            "model_hash",
            "mode",
            "precision",
            "scale",
            "random_weights",
        )
        values["key"] = content_key(**{n: values.get(n) for n in named})
    return record(**values)


def column_of(
    values: Iterable[float | None], samples: str = "abcdefghij", **given: Any
) -> list[Record]:
    """One record for each value, of samples a, b, c ...; None is a failure."""
    failed = {"status": "failed", "error": "the model returned NaN"}
    return [
        record(sample=name, value=value, **(given | (failed if value is None else {})))
        for name, value in zip(samples, values, strict=False)
    ]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Makes a store of records."""

    def make(*records: Record, name: str = "store", run: str = "run-1") -> Store:
        return filled(tmp_path / name, records, run)

    return make


def filled(folder: Path, records: Iterable[Record], run: str = "run-1") -> Store:
    """A store of records, in a folder."""
    store = Store(folder)
    with store.writer(run) as writer:
        writer.add(list(records))
    return store


def png(width: int, height: int, grey: int) -> bytes:
    """A PNG of one grey, made by hand: the report needs no image library."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress((b"\0" + bytes([grey]) * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def cut_out(store: Store, records: Iterable[Record]) -> None:
    """Keep a window of target, input and output for each record that has a value."""
    for at, r in enumerate(records):
        kept = CropFolder(store.folder, r.set, r.set_hash, r.level, r.sample)
        kept.path.mkdir(parents=True, exist_ok=True)
        kept.target.write_bytes(png(48, 40, 200))
        kept.input.write_bytes(png(12, 10, 100))
        if r.status == "ok":
            kept.model(r.model, r.model_hash).write_bytes(png(48, 40, at % 200))


def filled_with_everything(folder: Path) -> Store:
    """A store with one of everything: inf, a failure, bf16, random weights, nasty names, cuts."""
    none = {"params": 0}
    odd = {"title": "Kept <b>plain</b>", "code": "javascript:alert(1)"}
    psnr = [
        *column_of([30.0, 32.0, 34.0], model="good", facts={"params": 5000}),
        *column_of([30.0, 31.0, 33.5], model="good", precision="bf16", facts={"params": 5000}),
        *column_of([28.0, 27.0, 30.0], model="bicubic", facts=none),
        *column_of([31.0, None, 35.0], model="falls", facts={"params": 90000}),
        *column_of([20.0, 20.0, 20.0], model="good", random_weights=True, model_hash="ff" * 32),
        *column_of([29.0, 29.5, 31.0], model=NASTY, facts=odd),
    ]
    ssim = [
        *column_of([0.9, 0.8, 0.85], model="good", column="ssim@sr-y", facts={"params": 5000}),
        *column_of([0.7, 0.7, 0.7], model="bicubic", column="ssim@sr-y", facts=none),
        *column_of([0.81, 0.82, 0.83], model=NASTY, column="ssim@sr-y"),
    ]
    other = [
        *column_of([float("inf"), 40.0], model="good", set="twins", set_hash="7" * 64),
        *column_of([35.0, 41.0], model="bicubic", set="twins", set_hash="7" * 64, facts=none),
    ]
    noise = column_of(
        [31.25],
        model="denoiser",
        task="denoise",
        set="noisy",
        set_hash="8" * 64,
        scale=1,
        level="n25",
        column="psnr@rgb",
    )
    store = filled(folder, [*psnr, *ssim, *other, *noise])
    cut_out(store, [*psnr, *other])
    return store


@pytest.fixture
def full(tmp_path: Path) -> Store:
    """The same, of one's own."""
    return filled_with_everything(tmp_path / "store")


@pytest.fixture(scope="session")
def everything(made_once: Callable[..., Path]) -> Path:
    """The report of it, only to be read."""

    def make(folder: Path) -> None:
        write_report(filled_with_everything(folder / "store"), folder / "out")

    return made_once("everything", make) / "out"


SAMPLES = [9.0, 9.5, 10.0, 10.5, 11.0, 30.0]
SAMPLED = {
    "samples_ms": SAMPLES, "interval": [9.5, 10.5], "p50": 10.0, "samples": 6, "warm_up_calls": 12,
    "outliers": 1, "within": 0.05, "overhead": 0.0012, "first_call_ms": 40.0, "ended": "budget",
    "calls_a_sample": 3,
    "warnings": ["The machine was not quiet: <b>others</b> took 1.6 of its 2 cores."],
    "machine": {"at": "2026-01-02T03:04:05+00:00", "cpu": {"name": "A & B", "clock_mhz": 2600.0,
                "counters": {"busy_s": 5.0}}, "threads": {"torch": 1}},
}  # fmt: skip
"""What stands behind a sampled latency."""
LIKE = {"parent": "good", "method": "pruned", "recipe": "half of <i>all</i> channels"}


def costly_records() -> list[Record]:
    """Quality and cost: a sweep, out of memory in it, a variant beside its parent, notes, two devices."""
    small = {"params": 2000, "variant": LIKE}
    ratio = {"to": "good_x4", "value": 0.5, "interval": [0.48, 0.52]}
    note = {"notes": ["attention of 2 layers is <u>not</u> seen"]}
    gpu = {"place": "a GPU", "device_class": "cuda"}
    quick = {"model": "good@pruned", "model_hash": "cd" * 32}
    return [
        *column_of([30.0, 32.0, 34.0], model="good", facts={"params": 5000}),
        *column_of([29.5, 32.0, 33.0], **quick, facts=small),
        *column_of([28.0, 27.0, 30.0], model="bicubic", facts={"params": 0}),
        *column_of([20.0, 20.0, 20.0], model="luck", random_weights=True),
        *column_of([0.1, 0.2, 0.3], model="good", column="lpips@sr-rgb", facts={"params": 5000}),
        *column_of([0.2, 0.2, 0.3], **quick, column="lpips@sr-rgb", facts=small),
        *(
            cost(1e9 * n, probe="macs@exact", size=f"3x{s}x{s}", model="good", details=note)
            for n, s in ((1, 128), (4, 256), (16, 512))
        ),
        cost(2e9, probe="macs@exact", **quick),
        cost(3e9, probe="macs@exact", model="luck", random_weights=True),
        cost(3.5e9, probe="macs@fvcore", model="good"),
        cost(4.0, model="good", size="3x128x128"),
        cost(10.0, model="good", details=SAMPLED),
        cost(40.0, model="good", size="3x512x512"),
        cost(None, model="good", size="3x1024x1024"),
        cost(5.0, **quick, facts=small, details=SAMPLED | {"p50": 5.0, "ratio": ratio}),
        cost(1.0, model="good", **gpu),
        cost(0.4, **quick, **gpu),
        cost(9.9, model=NASTY),
        cost(7.0, model="good", precision="bf16", mode="compile+channels_last"),
    ]


@pytest.fixture
def costly(tmp_path: Path) -> Store:
    """A store of them."""
    return filled(tmp_path / "costly", costly_records())


@pytest.fixture(scope="session")
def costly_pages(made_once: Callable[..., Path]) -> Path:
    """The report of them, only to be read."""

    def make(folder: Path) -> None:
        write_report(filled(folder / "store", costly_records()), folder / "out")

    return made_once("costly", make) / "out"


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """One browser for all tests of this folder; each opens pages of its own, with storage of their own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        pytest.skip("NO BROWSER: install chromium, or google-chrome, to test the pages in one")
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="NO PLAYWRIGHT: pip install playwright"
    )
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()
