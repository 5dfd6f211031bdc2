"""Images from files: 8-bit grey or RGB, and a clear message about everything else."""

import os
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images.decoding import Decoding
from iqabench.images.reading import AS_STORED, ReadOptions

Image = NDArray[Any]
"""(H, W, C) with C = 1 or 3, RGB order, uint8 or float in units of 0..255."""

_READ = ".png .apng .jpg .jpeg .jpe .jfif .bmp .dib .tif .tiff .webp .pbm .pgm .ppm .pnm .pam .gif .avif"
_LESS_USUAL = ".jp2 .j2k .j2c .jpf .jpx .heic .heif .hif .tga .qoi .sgi"
_NAMED = ".jxl .jxr .exr .hdr .pfm .dds .psd .dng .cr2 .cr3 .nef .arw .raf .orf .rw2"
SUFFIXES = frozenset(f"{_READ} {_LESS_USUAL} {_NAMED}".split())
"""The endings of image files; some are of kinds that are not read, and are listed so that they are named."""
_ENDINGS = tuple(SUFFIXES)


def image_files(folder: Path) -> list[Path]:
    """Return the image files directly in `folder`, sorted by name; hidden files are left out.

    Raises: ImageError when there is no such folder.
    """
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "does not exist"
        raise ImageError(f"{folder} {what}; expected a folder of images.")
    with os.scandir(folder) as entries:  # it knows most files without a look at each
        names = sorted(
            entry.name
            for entry in entries
            if entry.name.lower().endswith(_ENDINGS)
            and not entry.name.startswith(".")
            and (Path(entry).is_file() if entry.is_symlink() else entry.is_file())
        )
    return [folder / name for name in names]


def read_image(path: Path, name: str = "", reading: ReadOptions = AS_STORED) -> Image:
    """Return the pixels of an 8-bit image file; palettes are resolved, an opaque alpha channel is dropped.

    `name` stands for the file in messages (a content-addressed path says little). The pixels are those that
    are stored, not turned by an orientation tag unless `reading` says so; no colour profile and no gamma is
    applied.

    Shapes: (H, W, 1) for grey files, (H, W, 3) for colour, uint8.
    Raises: ImageError for a file that is absent, empty, damaged or no image, for several pages of which
        `reading` chooses none, and for 16-bit, float, CMYK and transparent images and those of other bands:
        how to compare these in 8 bits is a choice of the user.
    """
    decoding = Decoding(path, name, reading)
    header = decoding.header
    if header.sample != "uint8":
        bands = "" if header.colour_bands in (1, 3) else f", {header.colour_bands} bands"
        raise ImageError(
            f"{decoding.name} has more than 8 bits a channel ({header.sample}{bands}). The "
            "protocols compare 8-bit images: convert it first, and say how in your paper."
        )
    decoding.require_one_page()
    if header.colour_bands not in (1, 3):
        raise ImageError(
            f"{decoding.name} has {header.colour_bands} bands; expected grey or RGB. Choose the "
            "bands to compare, and save them as images of their own."
        )
    return decoding.decode()


def read_srgb(
    path: Path, name: str = "", reading: ReadOptions = AS_STORED, *, deep: bool = False
) -> Image:
    """Return the pixels of an image of 8 or 16 bits; those of 16 are floats in units of 0..255.

    `deep`: True where 16 bits are meant, and 8 are refused. `name` stands for the file in messages.

    Shapes: (H, W, 1) or (H, W, 3); uint8, or float64 for 16 bits.
    Raises: ImageError as `read_image`, and for images of other depths.
    """
    decoding = Decoding(path, name, reading)
    header = decoding.header
    decoding.require_one_page()
    if header.colour_bands not in (1, 3) or header.sample not in ("uint8", "uint16"):
        raise ImageError(
            f"{decoding.name} holds {header.colour_bands} bands of {header.sample}; expected grey or RGB of "
            f"{'16' if deep else '8 or 16'} bits."
        )
    if header.sample == "uint16":
        return decoding.decode() / (65535.0 / 255.0)
    if deep:
        raise ImageError(
            f"{decoding.name} has 8 bits a channel; expected 16. A copy that was cut to 8 bits gives other "
            "figures: take the file that it was made from."
        )
    return decoding.decode()


def image_fault(path: Path) -> str:
    """Return why a file cannot be read as an image of 8 bits, as a sentence; empty when it can."""
    try:
        read_image(path)
    except ImageError as error:
        return str(error)
    return ""
