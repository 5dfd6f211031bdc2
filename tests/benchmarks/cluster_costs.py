"""The costs that `cluster_plan.py` simulates with, measured here.

    IQABENCH_MIRROR=... python tests/benchmarks/cluster_costs.py     writes cluster_costs.json

Times are of the processor, because the machine is shared, and of one thread.

- Loading: ten registered networks with weights of 0.6 to 172 MB, in one process, median of five. A load reads
  the file (from the page cache), checks its SHA-256, builds the network and puts the weights in. The weights
  are the network's own random ones, saved: their values do not matter for time.
- Sizes of images: the pixels of Set5 and Set14 are read from their files. BSD100 has 481x321 throughout. Of
  Urban100, Manga109 and DIV2K (inputs) the manifests have the bytes of each file, and a pixel is taken to
  have as many bytes as in Set14, of targets or of inputs.
- Decoding: the PNG files of Set14, best of five.
- Metrics: the cost that each declares, which `costs.py` measured.
"""

import csv
import json
import os
import statistics
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from time import process_time
from typing import Any

import cv2
import torch

from iqabench.images import read_image
from iqabench.metrics import metrics
from iqabench.models.core.catalogue import card_of, cards
from iqabench.models.core.network import build

COSTS = Path(__file__).with_suffix(".json")
MANIFESTS = Path(__file__).parents[2] / "iqabench/sets/manifests"
LOADED = (
    "span",
    "rlfn",
    "imdn_ntire",
    "edsr_baseline",
    "swinir_light",
    "swinir",
    "drct",
    "rcan",
    "hat",
    "edsr",
)
ROUNDS = 5
BSD100_MEGAPIXELS = 0.481 * 0.321
DIV2K_SCALE = 4


def measured_loads() -> list[dict[str, Any]]:
    """Return the seconds that each network takes to load."""
    loads = []
    with tempfile.TemporaryDirectory() as folder:
        for name in LOADED:
            card = card_of(name, 4)
            path = Path(folder) / f"{name}.pth"
            torch.save(build(card).state_dict(), path)
            times = []
            for _ in range(ROUNDS):
                start = process_time()
                sha256(path.read_bytes()).hexdigest()
                network = build(card)
                network.load_state_dict(torch.load(path, weights_only=True), strict=True)
                times.append(process_time() - start)
            megabytes, seconds = path.stat().st_size / 1e6, statistics.median(times)
            loads.append(
                {"model": name, "megabytes": round(megabytes, 2), "seconds": round(seconds, 4)}
            )
    return loads


def rows_of(name: str, role: str, level: str = "") -> list[dict[str, str]]:
    """Return the rows of a set's manifest."""
    with (MANIFESTS / f"{name}.csv").open(newline="") as file:
        return [r for r in csv.DictReader(file) if r["role"] == role and r["level"] in ("", level)]


def file_of(row: dict[str, str]) -> Path:
    """Return the file in the mirror."""
    place = Path(os.environ["IQABENCH_MIRROR"]) / "sha256" / row["sha256"][:2] / row["sha256"]
    if not place.exists():
        sys.exit(f"{row['path']} is not in the mirror; expected {place}.")
    return place


def decoded(rows: list[dict[str, str]]) -> tuple[list[float], float, float]:
    """Return the megapixels of images, the bytes of a pixel, and milliseconds to decode a megapixel."""
    files = [file_of(row) for row in rows]
    shapes = [read_image(file).shape for file in files]
    sizes = [height * width / 1e6 for height, width, _ in shapes]
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        for file in files:
            read_image(file)
        times.append(process_time() - start)
    taken = sum(int(row["bytes"]) for row in rows) / 1e6
    return sizes, taken / sum(sizes), min(times) * 1e3 / sum(sizes)


def measured_images() -> dict[str, Any]:
    """Return the megapixels of the targets of each set, and what decoding takes."""
    set5, _, _ = decoded(rows_of("set5", "target", "x4"))
    set14, target_bytes, decode_ms = decoded(rows_of("set14", "target", "x4"))
    _, input_bytes, _ = decoded(rows_of("set14", "input", "x4"))
    sets = {
        "Set5": set5,
        "Set14": set14,
        "BSD100": [BSD100_MEGAPIXELS] * 100,
        "DIV2K": [
            int(row["bytes"]) / 1e6 / input_bytes * DIV2K_SCALE**2
            for row in rows_of("div2k_test", "input", "x4")
        ],
    }
    for title in ("Urban100", "Manga109"):
        sets[title] = [
            int(row["bytes"]) / 1e6 / target_bytes for row in rows_of(title.lower(), "original")
        ]
    return {
        "sets": {name: [round(size, 4) for size in sizes] for name, sizes in sets.items()},
        "decode_ms": round(decode_ms, 2),
        "target_bytes": round(target_bytes, 3),
        "input_bytes": round(input_bytes, 3),
    }


def main() -> None:
    """Measure, and write the file."""
    cv2.setNumThreads(1)
    found = {
        "loads": measured_loads(),
        "images": measured_images(),
        "metrics": {part.name: part.cost for part in metrics()},
        "models": [
            {"model": card.id, "params": card.params, "megabytes": round(card.params * 4 / 1e6, 2)}
            for card in cards().values()
            if card.task == "sr" and card.scale == DIV2K_SCALE and card.params
        ],
    }
    COSTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
