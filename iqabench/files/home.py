"""Where files are kept, and where else they may come from; all of it said by the environment."""

import os
import re
from pathlib import Path

from platformdirs import user_cache_path

_OFF = frozenset({"", "0", "false", "no", "off"})

# A url holds the path separator itself ('http://', a port), so it is matched as a whole, before
# folders.
_SEPARATOR = re.escape(os.pathsep) + ","
_HOST = r"(?:[^/@,\s]*@)?(?:\[[^\]]*\]|[^/:;,]*)(?::\d+)?"
_PLACE = re.compile(rf"(https?://{_HOST}(?:/[^{_SEPARATOR}]*)?)|([^{_SEPARATOR}]+)")


def home() -> Path:
    """The cache of sets and weights: `IQABENCH_HOME`, else the platform's user cache."""
    said = os.environ.get("IQABENCH_HOME", "").strip()
    return Path(said).expanduser() if said else user_cache_path("iqabench", appauthor=False)


def mirrors() -> list[str]:
    """The folders and urls of `IQABENCH_MIRROR`, in their order.

    They are separated by the path separator or a comma. A url with one of these in its path must
    percent-encode it.
    """
    said = os.environ.get("IQABENCH_MIRROR", "")
    found = ((url or folder).strip() for url, folder in _PLACE.findall(said))
    return [place.rstrip("/") or "/" for place in found if place]


def mirror_folders() -> list[Path]:
    """The mirrors that are folders."""
    return [Path(place).expanduser() for place in mirrors() if not is_url(place)]


def offline() -> bool:
    """Whether `IQABENCH_OFFLINE` forbids the network."""
    return os.environ.get("IQABENCH_OFFLINE", "").strip().lower() not in _OFF


def is_url(place: str) -> bool:
    """Whether a mirror is reached over the network."""
    return place.startswith(("http://", "https://"))
