"""The words of a name: numbers, letters and separators, and which of them stand for a role."""

import re
from functools import lru_cache

Words = tuple[str, ...]

_WORDS = re.compile(r"\d+|[^\W\d_]+|[\W_]+")
_ROLE_AT_END = re.compile(
    r"(?:(?<=[_\-. ])|(?<=\d)(?=x\d))"
    r"(?:hr|lr|lrbi|gt|sr|out|output|restored|result|target|original|srf[_-]?\d+|x\d+)$",
    re.IGNORECASE,
)
_SCALE = re.compile(r"(?:^|[_\-. \d])(?:x|srf[_-]?)(\d+)(?=$|[_\-. ])", re.IGNORECASE)
_ROLES = frozenset(
    [
        "hr",
        "lr",
        "lrbi",
        "gt",
        "sr",
        "x",
        "srf",
        "out",
        "output",
        "restored",
        "result",
        "target",
        "original",
        "real",
        "fake",
        "clean",
        "clear",
        "noisy",
        "noise",
        "rain",
        "rainy",
        "norain",
        "hazy",
        "haze",
        "blur",
        "blurry",
        "sharp",
        "input",
        "reference",
        "ref",
        "label",
        "truth",
        "ground",
        "high",
        "low",
    ]
)


def words(name: str) -> Words:
    """Return the numbers, the runs of letters and the separators between them, in order."""
    return tuple(_WORDS.findall(name))


def core(name: str) -> str:
    """Return the name without the words for the role at its end (HR, LR, x4, SRF_4, out ...)."""
    while True:
        shorter = _ROLE_AT_END.sub("", name).rstrip("_-. ")
        if shorter in ("", name):
            return name
        name = shorter


def scale_of(name: str) -> str:
    """Return the scale that the name tells (x4, SRF_4) as digits; empty when it tells none or several."""
    scales = {str(int(scale)) for scale in _SCALE.findall(name)}
    return scales.pop() if len(scales) == 1 else ""


def is_number(part: Words) -> bool:
    """Return whether there are digits and no letters: a bare number names an image, not a role."""
    return any(word[0].isdigit() for word in part) and not any(word[0].isalpha() for word in part)


def is_role(part: Words) -> bool:
    """Return whether all words are words for a role or separators, but for the digits of a scale (x4)."""
    before = ""
    for word in part:
        if word[0].isalpha() and word.lower() not in _ROLES:
            return False
        if word[0].isdigit() and before not in ("x", "srf"):
            return False
        if word[0].isalnum():
            before = word.lower()
    return True


@lru_cache(maxsize=1024)
def has_name(part: Words) -> bool:
    """Return whether there is a number or a word that stands for no role: something that names an image."""
    return any(word[0].isalnum() for word in part) and not is_role(part)
