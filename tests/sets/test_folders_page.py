"""The page on folders: each row of its table is a set of that kind."""

import re
from pathlib import Path

import numpy as np
import pytest

from iqabench.sets import load_set
from iqabench.tasks import in_order

from .conftest import picture, write

FOLDERS = (Path(__file__).parents[2] / "docs" / "folders.md").read_text()
ROWS = re.findall(r"^\| ([A-Z][^|]*) \| (.*) \| (`FOLDER.*) \|$", FOLDERS, re.MULTILINE)


TASKS = {
    "Super-resolution": {"sr"},
    "Denoising": {"denoise", "jpeg"},
    "Restoration at the same size": {"restore"},
    "Restoration": {"restore"},
    "Reference super-resolution": {"refsr"},
    "Video super-resolution": {"video_sr"},
    "Space-time super-resolution": {"space_time_sr"},
    "Interpolation": {"interpolate"},
    "Interpolation of blurry clips": {"blurry_interpolate"},
    "Real-world super-resolution": {"real_sr"},
    "Deraining": {"derain"},
    "Deblurring": {"deblur"},
    "Defocus deblurring": {"defocus"},
    "Dehazing": {"dehaze"},
    "Raindrop removal": {"raindrop"},
    "Desnowing": {"desnow"},
    "Face restoration": {"face"},
    "Moire removal": {"demoire"},
    "Composite degradations": {"composite"},
    "Low-light enhancement": {"low_light"},
    "Real denoising": {"real_denoise"},
    "Rescaling": {"rescale"},
    "Inpainting": {"inpaint"},
    "Harmonisation": {"harmonise"},
    "Fusion": {"fuse"},
    "Pan-sharpening": {"pansharpen"},
    "MRI": {"mri"},
}


SMALL = {
    "Super-resolution": "input",
    "Real-world super-resolution": "input",
    "Space-time super-resolution": "input/CLIP",
    "Pan-sharpening": "ms",
}
"""The subfolder of a kind whose images are smaller than the others."""


def test_the_page_has_every_kind_that_a_folder_can_be() -> None:
    known = {task.name for task in in_order() if task.names_folders or task.folder or task.default}
    assert known - {"sr_multiscale"} <= set().union(*TASKS.values())
    assert {row[0].partition(",")[0] for row in ROWS} == TASKS.keys()


@pytest.mark.parametrize(("kind", "subfolders", "sets"), ROWS, ids=[f"{r[0]} {r[2]}" for r in ROWS])
def test_every_row_of_the_page_is_a_set(
    tmp_path: Path, kind: str, subfolders: str, sets: str
) -> None:
    """The subfolders of a row, filled with what it says, are read as a set of that kind."""
    required = re.sub(r"\[.*?\]", "", subfolders)
    names = re.findall(
        r"`([\w/]+)`", required.split(" ..., ")[-1] if kind == "Fusion" else required
    )
    if kind == "Fusion" and "near" in subfolders:
        names = ["near", "far"]
    fill(tmp_path, kind, names or ["."])
    for address in re.findall(r"`FOLDER(\S*)`", sets):
        loaded = load_set(f"{tmp_path}{address}")
        sample = loaded.samples[0].load()
        assert {"input"} <= sample.parts.keys()
        assert loaded.task in TASKS[kind.partition(",")[0]]


def fill(folder: Path, kind: str, names: list[str]) -> None:
    """Put parts of fitting sizes into the subfolders of one row."""
    for name in names:
        place = folder / name.replace("CLIP", "clip").replace("SCENE", "scene")
        side = 16 if name == SMALL.get(kind.partition(",")[0]) else 64
        if kind.startswith(("Pan", "MRI")):
            place.mkdir(parents=True, exist_ok=True)
            bands = (8,) if name == "ms" else ()
            values = (
                np.arange(side * side * max(1, *bands or (1,))).reshape(side, side, *bands) % 2048
            )
            np.save(place / "a.npy", values % 2 if name == "mask" else values.astype(np.uint16))
            continue
        frames = 2
        if name == "target/CLIP":
            frames = 1 if kind == "Interpolation" else 3
        for frame in range(frames if "/" in name else 1):
            image = picture(side, side, seed=frame)
            write(place / f"{frame}.png", image[..., :1] // 128 * 255 if name == "mask" else image)
