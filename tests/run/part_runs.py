"""Runs of small folders of frames and clips, and what the store holds after them."""

from pathlib import Path
from typing import Any

import numpy as np

from iqabench.images import Image, write_image
from iqabench.run import Options, Outcome, evaluate, plan
from iqabench.store import Store


def frame(seed: int, height: int = 24, width: int = 32, channels: int = 3) -> Image:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, channels)).astype(np.uint8)


def clip(folder: Path, name: str, frames: int, seed: int = 0) -> None:
    for t in range(frames):
        write_image(folder / name / f"Frame {t + 1}.png", frame(seed + t))


def run(store: Path, model: str, folder: Path, columns: list[str], **options: Any) -> Outcome:
    cells = plan([model], [f"{folder}"], columns, None)
    return evaluate(cells, Store(store), Options(device="cpu", **options))


def fetch(store: Path, what: str, view: str = "records") -> list[tuple[Any, ...]]:
    with Store(store).connect() as connection:
        return connection.execute(f"SELECT {what} FROM {view} ORDER BY ALL").fetchall()
