"""How long a board of many models loads and sorts: `python tests/benchmarks/board_scale.py [MODELS]`.

Makes a board of made-up figures with ten columns and three tracks, and a store that has measured some of
them. Prints milliseconds in Chromium: from opening the page until its scripts have run and it is laid out,
and from a click on a column's head, a letter in the filter and a hidden column until the page is laid out
again. The best, the median and the worst of nine. Target: 1000 ms for loading and sorting 500 models.
"""

import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from iqabench.boards import Board, read_board
from iqabench.protocols import protocol
from iqabench.report.pages.core.site import write_report
from iqabench.store import Record, Store, content_key

MODELS, ROUNDS = 500, 9

YAML = """
title: Many
source: made up
scale: 4
sets: {a: a, b: b, c: c}
published: {file: many.csv, entry: model, set: set}
models: {MODELS}
columns:
  psnr: {title: PSNR, unit: dB, better: higher, metric: psnr@sr-y, published: psnr, tolerance: 0.01}
  ssim: {title: SSIM, better: higher, published: ssim}
  lpips: {title: LPIPS, better: lower, published: lpips}
tracks:
  - {name: a, rank: psnr a}
  - {name: b, rank: psnr b}
  - {name: c, rank: psnr c}
"""

STEPS = {
    "sort": "document.querySelectorAll('.standings:not([hidden]) thead button')[3].click()",
    "filter": "const box = document.querySelector('[type=search]'); box.value = box.value ? '' : '7'; "
    "box.dispatchEvent(new Event('input', { bubbles: true }))",
    "hide": "document.querySelector('.tools fieldset input').click()",
}


def made(folder: Path, models: int) -> Board:
    """The board."""
    chance = random.Random(0)
    rows = [
        f"model_{m:03d},{name},{30 + chance.random() * 5:.2f},{chance.random():.4f},{chance.random():.4f}"
        for m in range(models)
        for name in "abc"
    ]
    (folder / "many.csv").write_text("\n".join(["model,set,psnr,ssim,lpips", *rows]) + "\n")
    ids = ", ".join(f"model_{m:03d}: id_{m:03d}" for m in range(models))
    (folder / "many.yaml").write_text(YAML.replace("{MODELS}", "{" + ids + "}"))
    return read_board(folder / "many.yaml")


def records(models: int) -> list[Record]:
    """PSNR of every model on set a."""
    return [
        Record(
            key=content_key(m=m), sample=f"{at}.png", column="psnr@sr-y", status="ok",
            value=31.0 + m / 500 + at,
            error="", unit="dB", better="higher", metric="psnr", metric_version=1, protocol="sr-y",
            protocol_hash=protocol("sr-y").hash, task="sr", set="a", set_hash="a" * 64, scale=4, level="x4",
            model=f"id_{m:03d}", model_hash=content_key(id=m), model_facts="{}", random_weights=False,
            precision="fp32", tile=0, tile_note="", device_class="cpu", device="a processor",
            restore_ms=1.0, run="run-1", versions="{}", time="2026-01-02T03:04:05.000Z",
        )
        for m in range(models) for at in range(3)
    ]  # fmt: skip


def timed(page: Any, step: str) -> float:
    """Milliseconds that a step takes, the layout after it included."""
    found = page.evaluate(
        "step => { const start = performance.now(); new Function(step)(); "
        "document.body.getBoundingClientRect(); return performance.now() - start; }",
        step,
    )
    return float(found)


def main(models: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        with Store(folder / "store").writer("run-1") as writer:
            writer.add(records(models))
        board = made(folder, models)
        write_report(Store(folder / "store"), folder / "out", among=[board])
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        found: dict[str, list[float]] = {name: [] for name in ("load", *STEPS)}
        for _ in range(ROUNDS):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto((folder / "out" / "board-many.html").as_uri())
            page.evaluate("document.body.getBoundingClientRect()")
            found["load"].append(float(page.evaluate("performance.now()")))
            for name, step in STEPS.items():
                found[name].append(timed(page, step))
            page.close()
        browser.close()
    print("| step | best | median | worst |\n| --- | ---: | ---: | ---: |")
    for name, times in found.items():
        print(f"| {name} | {min(times):.0f} | {statistics.median(times):.0f} | {max(times):.0f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MODELS)
