"""The pairing of files by name: outputs with targets, and inputs with targets."""

from iqabench.pairing.clip_folders import (
    clip_folders,
    frames_in,
    no_clips_in_words,
    videos_in_words,
)
from iqabench.pairing.image_folder import ImageFolder, below_in_words, read_folder, unread_in_words
from iqabench.pairing.many import pair_many
from iqabench.pairing.pair import pair_names
from iqabench.pairing.pairing import NamesError, Pairing, pairing_of, unpaired_in_words
from iqabench.pairing.pairs_file import PairsFile, read_pairs
from iqabench.pairing.words import core
from iqabench.printable import first_names, printable

__all__ = [
    "ImageFolder",
    "NamesError",
    "Pairing",
    "PairsFile",
    "below_in_words",
    "clip_folders",
    "core",
    "first_names",
    "frames_in",
    "no_clips_in_words",
    "pair_many",
    "pair_names",
    "pairing_of",
    "printable",
    "read_folder",
    "read_pairs",
    "unpaired_in_words",
    "unread_in_words",
    "videos_in_words",
]
