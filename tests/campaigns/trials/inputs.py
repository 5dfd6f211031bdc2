"""Small inputs for trials: images, folders, stores; made once, then copied into the folders of trials."""

import shutil
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 64


def picture(seed: int, side: int = SIDE) -> Image.Image:
    """Return a smooth image with an edge and some noise, 8-bit RGB."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:side, :side] / side
    waves = [np.sin((4 + k) * columns + seed) * np.cos((3 + k) * rows) for k in range(3)]
    values = 128 + 70 * np.stack(waves, -1) + 30 * (rows > columns)[..., None]
    return Image.fromarray(
        np.clip(values + rng.normal(0, 4, values.shape), 0, 255).astype(np.uint8)
    )


@cache
def folder_of_images(folder: Path, count: int = 5, offset: int = 0) -> Path:
    """Return a folder of images a.png, b.png, ...; `offset` makes other pixels of the same names."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture(number + offset).save(folder / f"{chr(97 + number)}.png")
    return folder


def copied(source: Path, folder: Path) -> Path:
    """Return a copy of a file or a folder in `folder`, under its own name."""
    place = folder / source.name
    if source.is_dir():
        shutil.copytree(source, place)
    else:
        shutil.copy2(source, place)
    return place
