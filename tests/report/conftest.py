"""Stores with records that were made up, so that every mean can be worked out by hand."""

import json
import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from iqabench.protocol import protocol
from iqabench.store import CropFolder, Record, Store, content_key

NASTY = "<script>alert('x')</script>_100% a/b|$x$&\\#.pth"
"""A name with what HTML, LaTeX, Markdown and paths take for their own."""

Fill = Callable[..., Store]


def record(**given: Any) -> Record:
    """A record; what is not given is that of a plain run. `facts` are the model's."""
    facts = {"title": "A network", "params": 1000, "licence": "MIT", "source": "", "code": "",
             "training_sets": ["DIV2K"], "notes": ""} | given.pop("facts", {})  # fmt: skip
    column = given.pop("column", "psnr@sr-y")
    metric, _, name = column.partition("@")
    values: dict[str, Any] = {
        "sample": "a", "column": column, "status": "ok", "value": 30.0, "error": "",
        "unit": "dB" if metric == "psnr" else "1", "better": "lower" if metric == "lpips" else "higher",
        "metric": metric, "metric_version": 1, "protocol": name,
        "protocol_hash": protocol(name).hash, "task": "sr", "set": "tiny", "set_hash": "5" * 64,
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
        store = Store(tmp_path / name)
        with store.writer(run) as writer:
            writer.add(list(records))
        return store

    return make


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


@pytest.fixture
def full(fill: Fill) -> Store:
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
    ]  # fmt: skip
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
    store = fill(*psnr, *ssim, *other, *noise)
    cut_out(store, [*psnr, *other])
    return store
