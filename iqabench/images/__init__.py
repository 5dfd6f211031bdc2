"""Images as numpy arrays: reading, writing, the view of a protocol, and pairs for metrics.

An image is a numpy array (H, W, C) with C = 1 or 3, RGB order, in units of 0..255: uint8, or float where
a degradation or a protocol is not quantised.
"""

from typing import TYPE_CHECKING

from iqabench.deprecation import moved
from iqabench.images.accept import as_image
from iqabench.images.arrays import ARRAY_SUFFIXES, array_shapes, in_depth, read_array
from iqabench.images.brightness import match_brightness
from iqabench.images.case import Case, PseudoReferences
from iqabench.images.crop import crop_to_multiple
from iqabench.images.decoder import decoder_of, joined_decoders
from iqabench.images.luma import luma
from iqabench.images.meaning import meaning_of
from iqabench.images.pair import ClipView, InputsView, OutputView, Pair, PoolView
from iqabench.images.parts import Part, as_part, encode_part, read_part, write_part
from iqabench.images.pool import Pool
from iqabench.images.read import Image, image_files, read_image, read_srgb
from iqabench.images.reading import AS_STORED, ReadOptions
from iqabench.images.remarks import remarks_on
from iqabench.images.resizing import resized
from iqabench.images.rounding import as_compared, quantise
from iqabench.images.value_range import OVERSHOOT, DataRange
from iqabench.images.view import view, view_output
from iqabench.images.write import encode_image, write_image

__all__ = [
    "ARRAY_SUFFIXES",
    "AS_STORED",
    "OVERSHOOT",
    "Case",
    "ClipView",
    "DataRange",
    "Image",
    "InputsView",
    "OutputView",
    "Pair",
    "Part",
    "Pool",
    "PoolView",
    "PseudoReferences",
    "ReadOptions",
    "array_shapes",
    "as_compared",
    "as_image",
    "as_part",
    "crop_to_multiple",
    "decoder_of",
    "encode_image",
    "encode_part",
    "image_files",
    "in_depth",
    "joined_decoders",
    "luma",
    "match_brightness",
    "meaning_of",
    "quantise",
    "read_array",
    "read_image",
    "read_part",
    "read_srgb",
    "remarks_on",
    "resized",
    "view",
    "view_output",
    "write_image",
    "write_part",
]

if not TYPE_CHECKING:  # else type checkers would accept any name
    __getattr__ = moved(
        "iqabench.images",
        {
            "AgainstPool": "iqabench.images.PoolView",
            "Alone": "iqabench.images.OutputView",
            "view_alone": "iqabench.images.view_output",
        },
        gone_in="0.4",
    )
