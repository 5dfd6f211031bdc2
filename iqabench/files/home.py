"""The cache, the mirrors and offline mode, as environment variables name them."""

import os
import re
from pathlib import Path

from platformdirs import user_cache_path

from iqabench.places import expanded

_OFF = frozenset({"", "0", "false", "no", "off"})

# A url holds the path separator itself ('http://', a port), so it is matched as a whole, before
# folders.
_SEPARATOR = re.escape(os.pathsep) + ","
_HOST = r"(?:[^/@,\s]*@)?(?:\[[^\]]*\]|[^/:;,]*)(?::\d+)?"
_PLACE = re.compile(rf"(https?://{_HOST}(?:/[^{_SEPARATOR}]*)?)|([^{_SEPARATOR}]+)")


def home() -> Path:
    """Return the cache of sets and weights: `IQABENCH_HOME`, else the platform's user cache."""
    folder = os.environ.get("IQABENCH_HOME", "").strip()
    return expanded(folder) if folder else user_cache_path("iqabench", appauthor=False)


def mirrors() -> list[str]:
    """Return the folders and urls of `IQABENCH_MIRROR`, in their order.

    They are separated by the path separator or a comma. A url with one of these in its path must
    percent-encode it.
    """
    text = os.environ.get("IQABENCH_MIRROR", "")
    places = ((url or folder).strip() for url, folder in _PLACE.findall(text))
    return [place.rstrip("/") or "/" for place in places if place]


def mirror_folders() -> list[Path]:
    """Return the mirrors that are folders."""
    return [expanded(place) for place in mirrors() if not is_url(place)]


def offline() -> bool:
    """Return whether `IQABENCH_OFFLINE` forbids the network."""
    return os.environ.get("IQABENCH_OFFLINE", "").strip().lower() not in _OFF


def is_url(place: str) -> bool:
    """Return whether a mirror is reached over the network."""
    return place.startswith(("http://", "https://"))
