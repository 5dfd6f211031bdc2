"""Files of sets that a person hands over: the check of one that is known only by its name."""

import os
from pathlib import Path

from iqabench.files import RemoteFile
from iqabench.images.read import image_fault
from iqabench.sets.blocks import blocks_fault
from iqabench.sets.boxes import boxed_image_fault, boxes_fault
from iqabench.sets.catalogue import Entry
from iqabench.sets.inventory import file_of_blocks, files_of_boxes


def file_fault(item: Entry, file: RemoteFile, path: Path) -> str:
    """Return why a file at `path` is not this file of a set, as a sentence; empty when it may be."""
    for blocks in item.facts.blocks:
        if file == file_of_blocks(item, blocks):
            return blocks_fault(path, blocks)
    for boxes in item.facts.boxes:
        listing, images = files_of_boxes(item, boxes)
        if file == listing:
            return boxes_fault(path, boxes)
        if file in images:
            return boxed_image_fault(path, boxes)
    return image_fault(path)


def mistaken_files(item: Entry, folder: Path) -> list[str]:
    """Return a sentence about each file below a folder that is easily taken for one of the set."""
    known = {n: what for blocks in item.facts.blocks for n, what in blocks.mistaken.items()}
    if not known:
        return []
    return [
        f"{Path(base) / name} is {known[name]}."
        for base, _, names in os.walk(folder)
        for name in sorted(names)
        if name in known
    ]
