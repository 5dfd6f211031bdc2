"""The pinned lists of sets that a person handed over: home()/adopted/NAME.csv, a manifest.

The first copy of a set decides: its checksums are written here, and every later run compares with them. A
mirror folder that is the cache of somebody else has such lists too, which count where the cache has none.
Beside each list stands NAME.json, which says where its files came from.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from iqabench.atomic import write_whole
from iqabench.errors import FactsError
from iqabench.files.disk import writing
from iqabench.files.home import home, mirror_folders
from iqabench.sets.facts import SetFacts
from iqabench.sets.manifest import Line, manifest_text, parse_manifest


@dataclass(frozen=True)
class CopyOrigin:
    """The place that the files of one level came from, and what was seen there."""

    date: str
    folder: str
    layout: str
    samples: int
    files: int
    bytes: int


def list_path(name: str) -> Path:
    """Return the place of the pinned list of a set in the cache."""
    return home() / "adopted" / f"{name}.csv"


def pinned_lines(name: str) -> tuple[Line, ...]:
    """Return the lines of the pinned list of a set, from the cache or else from a mirror; none before.

    Raises: FactsError with file and line.
    """
    for folder in (home(), *mirror_folders()):
        path = folder / "adopted" / f"{name}.csv"
        if path.is_file():
            return _lines(path, path.stat().st_mtime_ns)
    return ()


def bring_list(name: str) -> None:
    """Copy the pinned list of a set from a mirror into the cache, if the cache has none.

    Raises: FetchError when it cannot be written.
    """
    path = list_path(name)
    found = (folder / "adopted" / path.name for folder in mirror_folders())
    source = next((each for each in found if each.is_file()), None)
    if path.is_file() or source is None:
        return
    with writing(path.name):
        path.parent.mkdir(parents=True, exist_ok=True)
        origin = source.with_suffix(".json")
        if origin.is_file():
            write_whole(path.with_suffix(".json"), origin.read_bytes())
        write_whole(path, source.read_bytes())


def origins(name: str) -> dict[str, CopyOrigin]:
    """Return where the files of each level came from; nothing where no list is in the cache.

    Raises: FactsError for a damaged file.
    """
    path = list_path(name).with_suffix(".json")
    try:
        read = json.loads(path.read_bytes())
        return {level: CopyOrigin(**facts) for level, facts in read.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise FactsError(f"{path} cannot be read ({error}). Move it away.") from error


def not_handed_over(facts: SetFacts, level: str = "") -> str:
    """Return the message about a set, or a level of it, of which no copy was adopted."""
    address = facts.address_at(level)
    return (
        f"no copy of {address} ({facts.title}) was handed over yet, and nobody published checksums by which "
        f"it could be fetched. Get it from {facts.page}, unpack it, and type 'iqabench fetch {address} "
        "--from FOLDER'."
    )


def pin_level(name: str, level: str, lines: Iterable[Line], origin: CopyOrigin) -> Path:
    """Write the lines of one level into the pinned list of a set, in place of those before; return its path.

    Raises: FetchError when it cannot be written.
    """
    others = [line for line in pinned_lines(name) if line.level != level]
    path = list_path(name)
    with writing(path.name):
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {each: asdict(of_level) for each, of_level in origins(name).items()}
        text = json.dumps(told | {level: asdict(origin)}, indent=1, sort_keys=True)
        write_whole(path.with_suffix(".json"), f"{text}\n".encode())
        write_whole(path, manifest_text([*others, *lines]).encode())
    _lines.cache_clear()
    return path


@lru_cache(8)
def _lines(path: Path, _: int) -> tuple[Line, ...]:
    """Return the lines of a list with this time of change."""
    return parse_manifest(path)
