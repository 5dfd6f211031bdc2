"""The crops of each sample for the report: a window at the place where the target has the most detail."""

from pathlib import Path

import cv2
import numpy as np

from iqabench.errors import ImageError, StoreError
from iqabench.images import Image, write_image
from iqabench.models.core.model import Model
from iqabench.models.core.restore_parts import RestoredParts
from iqabench.samples import Sample
from iqabench.store import CropFolder

SIDE = 144
"""The side of the window in pixels of the target; divisible by every scale in use."""


def keep_crops(
    folder: CropFolder,
    sample: Sample,
    restored: RestoredParts,
    model: Model,
    tile: int = 0,
    setting: str = "",
) -> list[Path]:
    """Write the window of input, target and output; of clips the window of the first frame.

    Returns: the files of the sample's crops, to be given to the writer with its records; none where no
        window is shown.
    Raises: StoreError when a crop cannot be written: a record kept without it would never get its picture.
    """
    output, target_part = restored.parts.get("output"), sample.part("target")
    if output is None or target_part is None or output.shape[1:3] != target_part.shape[1:3]:
        return []
    target, source = target_part[0], sample.parts["input"][0]
    if target.shape[0] % source.shape[0]:
        return []  # at a fraction the window would lie between the pixels of the input
    if target.dtype not in (np.uint8, np.float64) or target.shape[2] not in (1, 3):
        return []
    scale = max(1, target.shape[0] // source.shape[0])
    top, left = detail_window(target, scale)
    window = (slice(top, top + SIDE), slice(left, left + SIDE))
    try:
        path = folder.model(model.card.id, model.hash, model.precision, tile, setting)
        write_image(path, output[0][window])
        if not folder.target.exists():
            small = SIDE // scale
            rows, columns = (
                slice(top // scale, top // scale + small),
                slice(left // scale, left // scale + small),
            )
            write_image(folder.input, source[rows, columns])
            write_image(folder.target, target[window])
    except ImageError as error:
        raise StoreError(
            f"{error} No record is kept without its picture. Make room, and run the same command again: it "
            "goes on where it stopped."
        ) from error
    return [path, folder.input, folder.target]


def detail_window(target: Image, scale: int) -> tuple[int, int]:
    """Return top and left of the window with the largest gradient energy, on the grid of the input.

    It depends only on the target, so that all models of all runs show the same place.
    """
    grey = target[:, :, target.shape[2] // 2]
    grey = grey if grey.dtype == np.uint8 else np.clip(grey, 0, 255).astype(np.uint8)
    grey = np.ascontiguousarray(grey)
    height, width = (max(n - SIDE, 0) for n in grey.shape)
    if not height and not width:
        return 0, 0
    edges = cv2.Laplacian(grey, cv2.CV_16S)
    sums = cv2.integral(np.minimum(np.abs(edges), 255).astype(np.uint8))
    rows, columns = np.arange(0, height + 1, scale), np.arange(0, width + 1, scale)
    ends_r, ends_c = (
        np.minimum(rows + SIDE, grey.shape[0]),
        np.minimum(columns + SIDE, grey.shape[1]),
    )
    energy = (
        sums[np.ix_(ends_r, ends_c)]
        - sums[np.ix_(rows, ends_c)]
        - sums[np.ix_(ends_r, columns)]
        + sums[np.ix_(rows, columns)]
    )
    row, column = np.unravel_index(int(energy.argmax()), energy.shape)
    return int(rows[row]), int(columns[column])
