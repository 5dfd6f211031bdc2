"""Outputs as the servers of benchmarks take them, which keep the targets to themselves.

The Darmstadt noise dataset takes a MATLAB file for each image, with the cells `Idenoised` of all its boxes as
single floats in 0..1, `israw` and `eval_version`.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from iqabench.atomic import write_whole
from iqabench.errors import ImageError, SetError, StoreError
from iqabench.images import Image, read_part
from iqabench.lazy_module import LazyModule
from iqabench.printable import first_names
from iqabench.samples import image_of
from iqabench.sets.catalogue import Entry
from iqabench.sets.facts import BoxesFacts
from iqabench.sets.inventory import inventory
from iqabench.store.outputs import ENDINGS, kept_runs

scipy_io = LazyModule("scipy.io")

_VERSION = "1.0"
"""The version of the evaluation that the server asks for."""


def bundle(item: Entry, outputs: Path, out: Path) -> list[Path]:
    """Write the outputs of a set as its server takes them, and return the files.

    `outputs`: a folder with an output for each sample, of the sample's name: images of 8 or 16 bits, or the
    floats that `run --save-outputs` keeps of such a set.

    Raises: SetError for a set without a server, and when an output is missing or has another size;
        ImageError for one that cannot be read; StoreError when a file cannot be written.
    """
    if item.facts.server != "dnd":
        raise SetError(
            f"no server has the targets of '{item.facts.name}', so there is nothing to hand in; "
            f"'iqabench score DIR --set {item.facts.name}' scores outputs here."
        )
    facts = item.facts.boxes[0]
    folder = _folder_of_outputs(outputs, item.facts.name)
    files = _files(folder, list(inventory(item, "")))
    written = []
    for image, names in _by_image(list(files), facts.count):
        cells = np.empty((1, facts.count), dtype=object)
        for place, name in enumerate(names):
            cells[0, place] = _output(files[name], facts)
        written.append(_write(out / f"{image}.mat", cells))
    return written


def _folder_of_outputs(outputs: Path, name: str) -> Path:
    """Return the folder of outputs: that of the only run that was kept below, or the folder itself.

    Raises: SetError when there is no such folder, or when it holds runs of several models.
    """
    if not outputs.is_dir():
        raise SetError(f"{outputs} is no folder; expected one with an output for each sample.")
    runs = [run.path for run in kept_runs(outputs) if run.provenance.set == name]
    if len(runs) > 1:
        raise SetError(
            f"{outputs} holds outputs of {len(runs)} runs: {first_names([str(r) for r in runs], 4)}. Name "
            "one of these folders."
        )
    return runs[0] if runs else outputs


def _files(folder: Path, names: Sequence[str]) -> dict[str, Path]:
    """Return the file of each output.

    Raises: SetError with the names of those that are missing.
    """
    places = {name: [folder / f"{name}{ending}" for ending in ENDINGS] for name in names}
    files = {
        name: next((p for p in of_name if p.is_file()), None) for name, of_name in places.items()
    }
    missing = [name for name, path in files.items() if path is None]
    if missing:
        raise SetError(
            f"{folder} lacks {len(missing)} of {len(names)} outputs: {first_names(missing, 4)}. Expected "
            f"a file of that name for each, with the ending {' or '.join(ENDINGS)}."
        )
    return {name: path for name, path in files.items() if path is not None}


def _by_image(names: Sequence[str], count: int) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the number of each image with the names of its boxes in order."""
    for start in range(0, len(names), count):
        yield names[start].rpartition("_")[0], names[start : start + count]


def _output(path: Path, facts: BoxesFacts) -> NDArray[np.float32]:
    """Return an output as single floats in 0..1.

    Raises: ImageError for another size or depth.
    """
    pixels: Image = image_of(read_part(path), str(path))
    height, width = facts.size
    if pixels.shape != (height, width, 3):
        raise ImageError(
            f"{path} is {pixels.shape[1]}x{pixels.shape[0]} with {pixels.shape[2]} bands; expected "
            f"{width}x{height} with 3."
        )
    if pixels.dtype == np.float32 and not np.isfinite(pixels).all():
        raise ImageError(f"{path} holds NaN or infinite values.")
    white = 65535.0 if pixels.dtype == np.uint16 else 255.0
    return np.clip(pixels / white, 0, 1).astype(np.float32)


def _write(path: Path, cells: NDArray[np.object_]) -> Path:
    content = io.BytesIO()
    facts = {"Idenoised": cells, "israw": False, "eval_version": _VERSION}
    scipy_io.savemat(content, facts, do_compression=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content.getvalue(), durable=False)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.") from error
    return path
