"""The TIFF format: integers, floats and complex numbers, any bands, tiles, planes, predictors.

Libraries turn TIFF images by their orientation tag, invert or drop channels, cut 16 bits to 8, and multiply
colours with alpha, each in cases of its own. Here the tags decide, and libraries only unpack the bytes:
see `tiff_codecs`. Fax pages are refused: no decoder notices when they are damaged.
"""

import numpy as np

from iqabench.images.formats import colours
from iqabench.images.formats import tiff_tags as tag
from iqabench.images.formats.header import Alpha, Header, UnreadableError, require_data
from iqabench.images.formats.tiff_bytes import unpacked
from iqabench.images.formats.tiff_codecs import JPEG, RATIOS
from iqabench.images.formats.tiff_tags import Directory, read_directories
from iqabench.images.pixels import Pixels

SIGNATURES = tag.SIGNATURES
_NAMES = {
    **dict.fromkeys((2, 3, 4), "fax codes"),
    6: "old JPEG",
    34676: "SGI LogLuv",
    34712: "JPEG 2000",
    50001: "WebP",
    50002: "JPEG XL",
}
_PHOTOMETRICS = {
    0: "grey",
    1: "grey",
    2: "RGB",
    3: "palette",
    5: "CMYK",
    6: "YCbCr",
    8: "CIELab",
    9: "CIELab",
}
_RAW = (32_803, 34_892)
_KINDS = {1: "uint", 2: "int", 3: "float", 4: "uint", 5: "int", 6: "complex"}


def inspect(content: bytes, page: int) -> Header:
    """Return the header of a page of a TIFF."""
    directories = [each for each in read_directories(content) if not each.is_preview]
    if not directories:
        raise UnreadableError(
            "holds a preview only; its image lies in a sub-directory. Is it a raw photograph?"
        )
    directory = directories[page if page < len(directories) else 0]
    width, height = (directory.value(t, 0) for t in (tag.WIDTH, tag.HEIGHT))
    samples = directory.value(tag.SAMPLES, 1)
    if not 0 < width < 1 << 31 or not 0 < height < 1 << 31 or not 0 < samples < 1 << 16:
        raise UnreadableError(
            f"is damaged: it declares {width}x{height} pixels of {samples} channels."
        )
    sample, bits = _sample(directory)
    bands, alpha = _bands(directory, samples)
    _require_bytes(content, directory, width * height * samples * bits / 8)
    return Header(
        "TIFF",
        width,
        height,
        bands,
        sample,
        bits,
        alpha,
        colours.valid_orientation(directory.value(tag.ORIENTATION, 1)),
        len(directories),
        page,
        "pages",
        colours.profile_phrase(bytes(directory.values(tag.PROFILE))),
        len(directories) > 1 or _is_changed(directory),
        directory,
    )


def decode(content: bytes, header: Header) -> Pixels:
    """Return the pixels of a page of a TIFF."""
    directory: Directory = header.details
    samples = directory.value(tag.SAMPLES, 1)
    values = _numbers(unpacked(content, directory), header, directory, samples)
    photometric = directory.value(tag.PHOTOMETRIC, 1)
    if photometric == 3:
        return _coloured(values, directory)
    if photometric == 0:
        values[:, :, 0] = _inverted(values[:, :, 0], header)
    if header.bits < 8:
        levels = np.rint(np.arange(1 << header.bits) * (255 / ((1 << header.bits) - 1)))
        values = levels.astype(np.uint8)[values]
    return values


def _is_changed(directory: Directory) -> bool:
    """Return whether the image was turned by its tag, or was not inverted though its least value is white."""
    is_turned = directory.value(tag.ORIENTATION, 1) != 1
    return is_turned or directory.value(tag.PHOTOMETRIC, 1) == 0


def _sample(directory: Directory) -> tuple[str, int]:
    """Return the type of the numbers and their bits."""
    sizes = set(directory.values(tag.BITS)) or {1}
    kinds = {_KINDS.get(n, "uint") for n in directory.values(tag.SAMPLE_FORMAT) or (1,)}
    if len(sizes) > 1 or len(kinds) > 1:
        raise UnreadableError(
            f"has channels of different kinds ({', '.join(map(str, sorted(sizes)))} bits); expected one kind."
        )
    (bits,), (kind,) = sizes, kinds
    known = {"uint": (1, 2, 4, 8, 16, 32, 64), "int": (8, 16, 32, 64), "float": (16, 32, 64)}
    if bits not in known.get(kind, (64, 128)):
        raise UnreadableError(
            f"has {kind} numbers of {bits} bits, which are not read; convert it to 8 or 16 bits."
        )
    return f"{kind}{max(8, bits)}", bits


def _bands(directory: Directory, samples: int) -> tuple[int, Alpha]:
    """Return the bands that `decode` gives, and the kind of the alpha channel among them."""
    photometric = directory.value(tag.PHOTOMETRIC, 1)
    compression = directory.value(tag.COMPRESSION, 1)
    name = _PHOTOMETRICS.get(photometric)
    if photometric in _RAW:
        raise UnreadableError(
            "is a raw photograph (values of a colour filter array); develop it first."
        )
    if compression not in RATIOS:
        packed = _NAMES.get(compression, f"number {compression}")
        raise UnreadableError(
            f"is compressed by {packed}, which is not read in TIFF; convert it to PNG."
        )
    if name not in ("grey", "RGB", "palette") and not (name == "YCbCr" and compression == JPEG):
        raise UnreadableError(
            f"is {name or f'of photometric {photometric}'}; expected grey or RGB. Convert it to RGB first."
        )
    if name == "palette" and samples == 1:
        return 3, ""
    colour = 1 if name == "grey" else 3
    if samples < colour:
        raise UnreadableError(f"is damaged: it is {name} and has {samples} channels.")
    kinds: dict[int, Alpha] = {1: "premultiplied", 2: "straight"}
    extra = directory.values(tag.EXTRA_SAMPLES)
    has_alpha = samples == colour + 1 and len(extra) == 1
    return samples, kinds.get(extra[0], "") if has_alpha else ""


def _require_bytes(content: bytes, directory: Directory, raw: float) -> None:
    """Raise UnreadableError when the strips or tiles lie outside the file, or cannot hold the pixels."""
    tiled = bool(directory.values(tag.TILE_OFFSETS))
    offsets = directory.values(tag.TILE_OFFSETS if tiled else tag.STRIP_OFFSETS)
    sizes = directory.values(tag.TILE_SIZES if tiled else tag.STRIP_SIZES)
    if not offsets:
        raise UnreadableError("is damaged: it does not say where its pixels are.")
    if len(sizes) != len(offsets) and directory.value(tag.COMPRESSION, 1) != 1:
        raise UnreadableError("is damaged: it does not say how long its strips or tiles are.")
    if any(a + b > len(content) for a, b in zip(offsets, sizes, strict=False)):
        raise UnreadableError("is damaged: it breaks off before its pixels end.")
    compression = directory.value(tag.COMPRESSION, 1)
    width, height = (directory.value(t, 0) for t in (tag.WIDTH, tag.HEIGHT))
    ratio = RATIOS[compression]
    require_data(raw / ratio, sum(sizes) if sizes else len(content), f"{width}x{height} pixels")


def _numbers(rows: Pixels, header: Header, directory: Directory, samples: int) -> Pixels:
    """Return bytes (planes, H, bytes of a row) as numbers (H, W, C)."""
    planes = len(rows)
    count = header.width * (samples // planes)
    if header.bits < 8:
        unpacked_bits = np.unpackbits(rows, axis=2).reshape(planes, header.height, -1, header.bits)
        weights = (1 << np.arange(header.bits)[::-1]).astype(np.uint8)
        values: Pixels = (unpacked_bits * weights).sum(axis=3, dtype=np.uint8)[:, :, :count]
    else:
        kind = np.dtype(header.sample).newbyteorder(directory.order)
        values = rows.view(kind).astype(header.sample, copy=False)
    values = values.reshape(planes, header.height, header.width, samples // planes)
    return values[0] if planes == 1 else np.concatenate(list(values), axis=2)


def _inverted(values: Pixels, header: Header) -> Pixels:
    """Return grey values in which the least is white, turned round."""
    if not header.sample.startswith("uint"):
        raise UnreadableError(
            f"has {header.sample} values of which the least is white; convert it first."
        )
    return np.asarray(((1 << header.bits) - 1) - values).astype(values.dtype)


def _coloured(indices: Pixels, directory: Directory) -> Pixels:
    """Return the colours of a palette, whose 16 bits are cut to 8 as all programs do."""
    table = np.array(directory.values(tag.COLOUR_MAP), np.uint16).reshape(3, -1)
    if not indices.dtype == np.uint8 or int(indices.max()) >= table.shape[1]:
        raise UnreadableError("is damaged: its palette lacks colours.")
    colours_8 = (table >> 8 if table.max() > 255 else table).astype(np.uint8)
    return np.ascontiguousarray(colours_8.T[indices[:, :, 0]])
